import type { SpawnRequest } from './backend.js';
import { showByteString } from './textRequest.js';
import { SpawnError, systemErrorCode, type SpawnStage, type SystemErrorCode } from '../contract/errors.js';

const REASONS: Partial<Record<SystemErrorCode, string>> = {
  E2BIG: 'the arguments or the environment are too long',
  EAGAIN: 'the system has no room for another process',
  EBADF: 'a descriptor given for the child is not open',
  EMFILE: 'this process has too few free descriptors',
  ENFILE: 'the system has too few free descriptors',
  ENOMEM: 'the system has no memory for another process',
  EPERM: 'the user or group may not be changed, or the process group not be joined',
  ETXTBSY: 'the program file is open for writing',
};

/**
 * Turns whatever the system or Node gave instead of a child into the one error class.
 *
 * @param file - The file that was to be executed, `null` before it was found.
 */
export function spawnFailure(thrown: unknown, request: SpawnRequest, file: string | null): SpawnError {
  if (thrown instanceof SpawnError) {
    return thrown;
  }
  const code = systemErrorCode(thrown);
  return new SpawnError(
    code,
    {
      stage: stageOf(code, request),
      program: showByteString(request.program),
      path: file,
      reason: REASONS[code] ?? 'the system refused',
    },
    { cause: withoutArguments(thrown) },
  );
}

/** Node's errors carry the whole command line in `spawnargs`; causes are printed, and arguments may be secrets. */
function withoutArguments(thrown: unknown): unknown {
  if (typeof thrown === 'object' && thrown !== null && 'spawnargs' in thrown) {
    delete thrown.spawnargs;
  }
  return thrown;
}

function stageOf(code: SystemErrorCode, request: SpawnRequest): SpawnStage {
  switch (code) {
    case 'EMFILE':
    case 'ENFILE':
    case 'EBADF':
      return 'stdio';
    case 'EAGAIN':
    case 'ENOMEM':
      return 'spawn';
    case 'EPERM':
      return request.user !== null || request.group !== null ? 'identity' : groupStage(request);
    case 'ESRCH':
    case 'EINVAL':
      return groupStage(request);
    default:
      return 'exec';
  }
}

/** Joining a group that is not there, or not in our session, fails before the program is looked at. */
function groupStage(request: SpawnRequest): SpawnStage {
  return request.processGroup === null ? 'exec' : 'spawn';
}
