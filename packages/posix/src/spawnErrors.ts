import {
  checkDirectory,
  findProgramFile,
  SpawnError,
  systemErrorCode,
  type SpawnRequest,
  type SpawnStage,
  type SystemErrorCode,
} from '@subwire/transport';

const REASONS: Partial<Record<SystemErrorCode, string>> = {
  E2BIG: 'the arguments or the environment are too long',
  EAGAIN: 'the system has no room for another process',
  EBADF: 'a descriptor given for the child is not open',
  EMFILE: 'this process has too few free descriptors',
  ENFILE: 'the system has too few free descriptors',
  ENOMEM: 'the system has no memory for another process',
  ETXTBSY: 'the program file is open for writing',
};

/** The command, as far as an error needs it. */
export interface Command {
  readonly request: SpawnRequest;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Returns the file to execute.
 *
 * @throws {SpawnError} that names the directory or the file which is to blame.
 */
export function locate(command: Command): string {
  const { program, executable, cwd } = command.request;
  if (cwd !== null) {
    checkDirectory(program, cwd);
  }
  return findProgramFile({ program, file: executable ?? program, cwd, env: command.env });
}

/** Turns what the system refused into the one error class; `file` is `null` before it was found. */
export function toSpawnError(thrown: unknown, command: Command, file: string | null): SpawnError {
  if (thrown instanceof SpawnError) {
    return thrown;
  }
  const code = systemErrorCode(thrown);
  const stage = stageOf(code, command.request);
  if (stage === 'exec') {
    // One number for the directory and the program: whatever changed since we looked is found by looking again.
    const found = lookAgain(command);
    if (found !== null) {
      return found;
    }
  }
  const details = {
    stage,
    program: command.request.program,
    path: file,
    reason: REASONS[code] ?? 'the system refused',
  };
  return new SpawnError(code, details, { cause: thrown });
}

function lookAgain(command: Command): SpawnError | null {
  try {
    locate(command);
    return null;
  } catch (thrown) {
    return thrown instanceof SpawnError ? thrown : null;
  }
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
    case 'ESRCH':
    case 'EINVAL':
      // Joining a group that is not there, or not in our session.
      return request.processGroup === null ? 'exec' : 'spawn';
    default:
      return 'exec';
  }
}
