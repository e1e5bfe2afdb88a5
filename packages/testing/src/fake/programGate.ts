import type { FakeChild } from './fakeChild.js';

/**
 * Lets the waits of a program return only while its child runs.
 *
 * While the child is stopped they are held back; once it has ended they never return, as in a process that was killed: no
 * `finally` runs, and nothing can be caught.
 */
export class ProgramGate {
  readonly #child: FakeChild;
  #held: (() => void)[] = [];

  constructor(child: FakeChild) {
    this.#child = child;
    child.onChange(() => {
      const held = this.#held;
      this.#held = [];
      held.forEach((proceed) => {
        this.#proceed(proceed);
      });
    });
  }

  /** Passes on what a promise comes to. */
  pass<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve) => {
      const settle = (): void => {
        this.#proceed(() => {
          resolve(promise);
        });
      };
      promise.then(settle, settle);
    });
  }

  #proceed(proceed: () => void): void {
    if (!this.#child.isRunning) {
      return;
    }
    if (this.#child.signals.isStopped) {
      this.#held.push(proceed);
    } else {
      proceed();
    }
  }
}
