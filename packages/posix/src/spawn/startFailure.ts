import {
  hasSlash,
  locateProgram,
  showByteString,
  SpawnError,
  spawnFailure,
  systemErrorCode,
  type ByteString,
  type SpawnRequest,
} from '@subwire/transport';
import { PIPE_SIZE_CALL } from '../native/systemErrors.js';
import { watchFailure } from './watchFailure.js';

/** The variables that a search looks at. */
export type SearchEnvironment = Readonly<Record<string, ByteString>>;

/** Returns them as they are now. Of our own environment nothing else matters here, and to copy it all takes long. */
export function searchEnvironment(request: SpawnRequest): SearchEnvironment {
  if (request.env !== null) {
    return request.env;
  }
  if (hasSlash(request.executable ?? request.program)) {
    return {};
  }
  const { PATH } = process.env;
  return PATH === undefined ? {} : { PATH };
}

/**
 * Returns the file to execute.
 *
 * A name is looked for in the child's PATH. A path is left as it is, unseen: the kernel looks at it anyway, from the
 * child's directory, and only if it refuses is it worth our while to find out why.
 * @param env - Of the moment of the call.
 * @throws {SpawnError} if a name is not in the PATH.
 */
export function fileToExecute(request: SpawnRequest, env: SearchEnvironment): ByteString {
  const file = request.executable ?? request.program;
  return hasSlash(file) ? file : locateProgram({ program: request.program, file, cwd: request.cwd, env });
}

/**
 * Turns what the system refused into the one error class; `file` is `null` before it was found.
 *
 * @param env - As `fileToExecute` searched it.
 */
export function startFailure(
  thrown: unknown,
  request: SpawnRequest,
  file: ByteString | null,
  env: SearchEnvironment,
): SpawnError {
  if (thrown instanceof Error && 'syscall' in thrown && thrown.syscall === PIPE_SIZE_CALL) {
    const reason = `the system refuses pipes of ${request.pipeSize} bytes`;
    const details = { stage: 'stdio', program: showByteString(request.program), path: null, reason } as const;
    return new SpawnError(systemErrorCode(thrown), details, { cause: thrown });
  }
  return (
    watchFailure(thrown, request) ?? spawnFailure(thrown, request, file, request.env ?? { ...process.env, ...env })
  );
}
