import { equal, ok } from 'node:assert/strict';
import { NotSupportedError, type SubprocessExecOptions } from '@subwire/transport';
import type { Capability } from '../capability.js';
import type { Requirement } from '../complianceCase.js';
import { rejection } from '../waiting.js';

/** Returns the requirement that a backend without a capability refuses the option that needs it. */
export function refusedOption(capability: Capability, options: SubprocessExecOptions): Requirement {
  return {
    behavior: `Without ${capability} the option is a NotSupportedError, not silence`,
    source: 'BackendCapabilities',
    lacks: capability,
    async run(c) {
      const error = await rejection(c.start([], options));
      ok(error instanceof NotSupportedError, String(error));
      equal(error.capability, capability);
    },
  };
}
