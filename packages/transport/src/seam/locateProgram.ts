/**
 * Finds the file that a child is to execute: a name in the child's PATH, a path from the child's directory.
 *
 * Whether the system can execute what was found is not looked at: it says so itself, and `spawnFailure.ts` says why.
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { SpawnError, systemErrorCode, type SystemErrorCode } from '../contract/errors.js';
import type { ByteString } from './backend.js';
import { fsPath, hasSlash, isAbsolutePath, pathFrom } from './filePath.js';
import { showByteString } from './textRequest.js';

/** Where the C library looks if the child has no PATH. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** What is looked for, and from where. */
export interface ProgramQuery<Path extends ByteString = ByteString> {
  /** The program as the caller named it, for messages. */
  readonly program: Path;
  /** What is to be executed. */
  readonly file: Path;
  /** The child's directory, `null` for ours. */
  readonly cwd: Path | null;
  /** The child's environment; only its PATH is read. */
  readonly env: Readonly<Record<string, Path | undefined>>;
}

/**
 * Returns the path of the file to execute, from our directory.
 *
 * @throws {SpawnError} of `stage` `'lookup'` if a name is not in the PATH.
 */
export function locateProgram(query: ProgramQuery<string>): string;
export function locateProgram(query: ProgramQuery): ByteString;
export function locateProgram(query: ProgramQuery): ByteString {
  const { file, cwd } = query;
  if (hasSlash(file)) {
    return cwd === null ? file : pathFrom(cwd, file);
  }
  const candidates = candidatesOf(query);
  for (const candidate of candidates) {
    // Most directories do not have it, and an error for each of them would cost more than the rest of the search.
    if (existsSync(fsPath(candidate)) && executableProblem(candidate) === null) {
      return candidate;
    }
  }
  const details = {
    stage: 'lookup',
    program: showByteString(query.program),
    path: showByteString(file),
    reason: 'no executable of that name is in the PATH',
  } as const;
  throw new SpawnError(searchProblem(candidates), details);
}

/** Returns why the system would not execute a file, `null` if its mode and its kind allow it. */
export function executableProblem(path: ByteString): SystemErrorCode | null {
  try {
    if (!statSync(fsPath(path)).isFile()) {
      return 'EACCES';
    }
    accessSync(fsPath(path), constants.X_OK);
    return null;
  } catch (thrown) {
    return systemErrorCode(thrown);
  }
}

function candidatesOf({ file, env }: ProgramQuery): readonly ByteString[] {
  if (file.length === 0) {
    return [];
  }
  const { PATH } = env;
  // An entry is a directory name like any other, so bytes are read as one byte per character and turned back.
  const directories: readonly ByteString[] =
    typeof PATH === 'object'
      ? shownLatin1(PATH)
          .split(':')
          .map((entry) => Buffer.from(entry, 'latin1'))
      : (PATH ?? DEFAULT_PATH).split(':');
  // An empty or relative entry would run whatever lies in the child's directory.
  return directories.filter(isAbsolutePath).map((directory) => pathFrom(directory, file));
}

function shownLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Something of that name that cannot be executed is told, as `execvp` tells it. */
function searchProblem(candidates: readonly ByteString[]): SystemErrorCode {
  const telling = candidates.map(executableProblem).filter((code) => code === 'EACCES' || code === 'ENAMETOOLONG');
  return telling.at(-1) ?? 'ENOENT';
}
