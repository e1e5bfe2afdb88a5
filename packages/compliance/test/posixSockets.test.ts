import { describe, it, jest } from '@jest/globals';
import { posixBackend } from '@subwire/posix';
import { backendSubject, complianceCases, registerCompliance } from '@subwire/testing';
import type { SubprocessBackend } from '@subwire/transport';

// Longer than the deadline of a case, which says more when it is over.
jest.setTimeout(30_000);

/** The posix backend, as if it had socket pairs only. */
const backend: SubprocessBackend = {
  name: 'posix',
  supports: { ...posixBackend.supports, pipes: ['socket'], pipeSize: false },
  spawn: (request) => posixBackend.spawn({ ...request, pipes: request.pipes ?? 'socket' }),
  createPipe: () => posixBackend.createPipe(),
};

registerCompliance(complianceCases(backendSubject(backend, { name: 'posix with socket pairs' })), { describe, it });
