import { setImmediate } from 'node:timers';

/** Calls one function after another; what one of them throws becomes an uncaught exception, and the others are called all the same. */
export function callAll(functions: readonly (() => void)[]): void {
  for (const call of functions) {
    try {
      call();
    } catch (thrown) {
      setImmediate(() => {
        throw thrown;
      });
    }
  }
}
