import type { SubprocessBackend } from './seam/backend.js';
import type { SubprocessOptions } from './options/options.js';
import { subprocessExec } from './subprocessExec.js';
import { subprocessShell } from './subprocessShell.js';

/** The functions that start children, with a backend filled in. */
export interface BoundBackend {
  readonly subprocessExec: typeof subprocessExec;
  readonly subprocessShell: typeof subprocessShell;
}

/**
 * Returns `subprocessExec` and `subprocessShell` with a backend filled in, for programs that take a loop-shaped object.
 *
 * `connectReadPipe` and `connectWritePipe` start nothing, so they have no backend to fill in.
 * @param backend - Used unless a call names another in its options.
 * @asyncio the event loop object, as far as it starts children
 * Differs: made for a backend, as many as one likes; nothing runs in it.
 */
export function bindBackend(backend: SubprocessBackend): BoundBackend {
  return {
    subprocessExec: (protocolFactory, program, args, options) =>
      subprocessExec(protocolFactory, program, args, withBackend(options, backend)),
    subprocessShell: (protocolFactory, command, options) =>
      subprocessShell(protocolFactory, command, withBackend(options, backend)),
  };
}

function withBackend<O extends SubprocessOptions>(options: O | undefined, backend: SubprocessBackend): O {
  // Without a prototype, so that only an own property names another backend.
  const own = Object.assign(Object.create(null) as O, options);
  return Object.assign(own, { backend: own.backend ?? backend });
}
