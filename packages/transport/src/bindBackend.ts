import type { SubprocessBackend } from './backend.js';
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
 * @param backend - Used unless a call names another in its options.
 * @asyncio the event loop object, as far as it starts children
 */
export function bindBackend(backend: SubprocessBackend): BoundBackend {
  return {
    subprocessExec: (protocolFactory, program, args, options) =>
      subprocessExec(protocolFactory, program, args, { ...options, backend: options?.backend ?? backend }),
    subprocessShell: (protocolFactory, command, options) =>
      subprocessShell(protocolFactory, command, { ...options, backend: options?.backend ?? backend }),
  };
}
