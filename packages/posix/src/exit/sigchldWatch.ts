/**
 * The fall-back where there is no pidfd: with every SIGCHLD all registered children are looked at, each by its number.
 *
 * Node's listener and libuv's own (for `node:child_process`) are told of the same signal independently of one another.
 */
import { setImmediate } from 'node:timers';
import { poller } from '../loop/poller.js';

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
  // Node's signal listeners do not keep the process alive; a child does.
  poller().hold();
  // The child may have ended before the listener was there.
  setImmediate(() => {
    if (listeners.has(onSigchld)) {
      onSigchld();
    }
  });
  return () => {
    if (!listeners.delete(onSigchld)) {
      return;
    }
    poller().release();
    if (listeners.size === 0) {
      process.off('SIGCHLD', lookAtAll);
    }
  };
}
