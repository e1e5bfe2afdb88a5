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

/**
 * Returns the file to execute.
 *
 * A name is looked for in the child's PATH. A path is left as it is, unseen: the kernel looks at it anyway, from the
 * child's directory, and only if it refuses is it worth our while to find out why.
 * @throws {SpawnError} if a name is not in the PATH, or names something that cannot be executed.
 */
export function locate(request: SpawnRequest): string {
  const file = request.executable ?? request.program;
  return file.includes('/') ? file : search(request, file);
}

function search(request: SpawnRequest, file: string): string {
  const { program, cwd } = request;
  return findProgramFile({ program, file, cwd, env: request.env ?? searchPathOnly() });
}

/** Nothing else of our environment matters here, and to copy it all takes long. */
function searchPathOnly(): Readonly<Record<string, string>> {
  const { PATH } = process.env;
  return PATH === undefined ? {} : { PATH };
}

/** Turns what the system refused into the one error class; `file` is `null` before it was found. */
export function toSpawnError(thrown: unknown, request: SpawnRequest, file: string | null): SpawnError {
  if (thrown instanceof SpawnError) {
    return thrown;
  }
  const code = systemErrorCode(thrown);
  const stage = stageOf(code, request);
  if (stage === 'exec') {
    // One number stands for the directory, the program and its interpreter; looking at each tells which it was.
    const found = lookAgain(request);
    if (found !== null) {
      return found;
    }
  }
  const details = {
    stage,
    program: request.program,
    path: file,
    reason: REASONS[code] ?? 'the system refused',
  };
  return new SpawnError(code, details, { cause: thrown });
}

function lookAgain(request: SpawnRequest): SpawnError | null {
  const { program, executable, cwd } = request;
  try {
    if (cwd !== null) {
      checkDirectory(program, cwd);
    }
    search(request, executable ?? program);
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
