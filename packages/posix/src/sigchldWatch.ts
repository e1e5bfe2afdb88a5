/**
 * The fall-back where there is no pidfd: with every SIGCHLD all registered children are looked at, each by its number.
 *
 * Node's listener and libuv's own (for `node:child_process`) are told of the same signal independently of one another.
 */
import { setImmediate } from 'node:timers';
import { poller } from './poller.js';

const looks = new Set<() => void>();

function lookAtAll(): void {
  // A look may end its own registration and add others, which look for themselves.
  for (const look of [...looks]) {
    look();
  }
}

/**
 * Calls `look` soon, and after every SIGCHLD until it is ended.
 * @returns the function that ends it.
 */
export function watchSigchld(look: () => void): () => void {
  if (looks.size === 0) {
    process.on('SIGCHLD', lookAtAll);
  }
  looks.add(look);
  // Node's signal listeners do not keep the process alive; a child does.
  poller().hold();
  // The child may have ended before the listener was there.
  setImmediate(() => {
    if (looks.has(look)) {
      look();
    }
  });
  return () => {
    if (!looks.delete(look)) {
      return;
    }
    poller().release();
    if (looks.size === 0) {
      process.off('SIGCHLD', lookAtAll);
    }
  };
}
