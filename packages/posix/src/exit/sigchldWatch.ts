/**
 * The fall-back where there is no pidfd: with every SIGCHLD all registered children are looked at, each by its number.
 *
 * Node's listener and libuv's own (for `node:child_process`) are told of the same signal independently of one another. Neither
 * needs a descriptor: libuv has the pipe for signals from its start. A listener does not keep the process alive.
 */
import { setImmediate } from 'node:timers';

const listeners = new Set<() => void>();

function lookAtAll(): void {
  // A look may end its own registration and add others, which look for themselves.
  for (const onSigchld of [...listeners]) {
    onSigchld();
  }
}

/**
 * Calls `onSigchld` soon, and after every SIGCHLD until it is ended.
 * @returns the function that ends it.
 */
export function watchSigchld(onSigchld: () => void): () => void {
  if (listeners.size === 0) {
    process.on('SIGCHLD', lookAtAll);
  }
  listeners.add(onSigchld);
  // The child may have ended before the listener was there.
  setImmediate(() => {
    if (listeners.has(onSigchld)) {
      onSigchld();
    }
  });
  return () => {
    if (listeners.delete(onSigchld) && listeners.size === 0) {
      process.off('SIGCHLD', lookAtAll);
    }
  };
}
