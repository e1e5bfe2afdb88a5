import {
  checkDirectory,
  locateProgram,
  SpawnError,
  systemErrorCode,
  spawnFailure,
  type TextRequest,
} from '@subwire/transport';
import { PIPE_SIZE_CALL } from '../native/systemErrors.js';

/**
 * Returns the file to execute.
 *
 * A name is looked for in the child's PATH. A path is left as it is, unseen: the kernel looks at it anyway, from the
 * child's directory, and only if it refuses is it worth our while to find out why.
 * @param env - Of the moment of the call.
 * @throws {SpawnError} if a name is not in the PATH, or names something that cannot be executed.
 */
export function fileToExecute(request: TextRequest, env: SearchEnvironment): string {
  const file = request.executable ?? request.program;
  return file.includes('/') ? file : search(request, file, env);
}

/** The variables that a search looks at. */
export type SearchEnvironment = Readonly<Record<string, string>>;

/** Returns them as they are now. Of our own environment nothing else matters here, and to copy it all takes long. */
export function searchEnvironment(request: TextRequest): SearchEnvironment {
  if (request.env !== null) {
    return request.env;
  }
  if ((request.executable ?? request.program).includes('/')) {
    return {};
  }
  const { PATH } = process.env;
  return PATH === undefined ? {} : { PATH };
}

function search(request: TextRequest, file: string, env: SearchEnvironment): string {
  const { program, cwd } = request;
  return locateProgram({ program, file, cwd, env });
}

/**
 * Turns what the system refused into the one error class; `file` is `null` before it was found.
 *
 * One number stands for the directory, the program and its interpreter; looking at each again tells which it was.
 */
export function startFailure(
  thrown: unknown,
  request: TextRequest,
  file: string | null,
  env: SearchEnvironment,
): SpawnError {
  if (thrown instanceof Error && 'syscall' in thrown && thrown.syscall === PIPE_SIZE_CALL) {
    const reason = `the system refuses pipes of ${request.pipeSize} bytes`;
    const details = { stage: 'stdio', program: request.program, path: null, reason } as const;
    return new SpawnError(systemErrorCode(thrown), details, { cause: thrown });
  }
  const error = spawnFailure(thrown, request, file);
  return error === thrown || error.stage !== 'exec' ? error : (lookAgain(request, env) ?? error);
}

function lookAgain(request: TextRequest, env: SearchEnvironment): SpawnError | null {
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
