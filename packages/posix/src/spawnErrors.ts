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
 * @param env - Of the moment of the call.
 * @throws {SpawnError} if a name is not in the PATH, or names something that cannot be executed.
 */
export function locate(request: SpawnRequest, env: SearchEnvironment): string {
  const file = request.executable ?? request.program;
  return file.includes('/') ? file : search(request, file, env);
}

/** The variables that a search looks at. */
export type SearchEnvironment = Readonly<Record<string, string>>;

/** Returns them as they are now. Of our own environment nothing else matters here, and to copy it all takes long. */
export function searchEnvironment(request: SpawnRequest): SearchEnvironment {
  if (request.env !== null) {
    return request.env;
  }
  const { PATH } = process.env;
  return PATH === undefined ? {} : { PATH };
}

function search(request: SpawnRequest, file: string, env: SearchEnvironment): string {
  const { program, cwd } = request;
  return findProgramFile({ program, file, cwd, env });
}

/** Turns what the system refused into the one error class; `file` is `null` before it was found. */
export function toSpawnError(
  thrown: unknown,
  request: SpawnRequest,
  file: string | null,
  env: SearchEnvironment,
): SpawnError {
  if (thrown instanceof SpawnError) {
    return thrown;
  }
  const code = systemErrorCode(thrown);
  const stage = stageOf(code, request);
  if (stage === 'exec') {
    // One number stands for the directory, the program and its interpreter; looking at each tells which it was.
    const found = lookAgain(request, env);
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

function lookAgain(request: SpawnRequest, env: SearchEnvironment): SpawnError | null {
  const { program, executable, cwd } = request;
  try {
    if (cwd !== null) {
      checkDirectory(program, cwd);
    }
    search(request, executable ?? program, env);
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
