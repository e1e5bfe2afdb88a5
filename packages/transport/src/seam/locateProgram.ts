/**
 * Finds the file that a child is to execute, before the child exists: in the child's PATH, and with an error that names
 * what is wrong. Node's own errors cannot be told apart: a missing directory looks like a missing program, and a text
 * file without `#!` is run with `sh`.
 */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { SpawnError, systemErrorCode, type SpawnStage, type SystemErrorCode } from '../contract/errors.js';

/** Where the C library looks if the child has no PATH. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** The kernel reads this much to tell what a file is. */
const HEADER_BYTES = 256;

/** ELF, then the Mach-O family (thin and fat, either byte order). */
const MAGIC_NUMBERS: ReadonlySet<string> = new Set([
  '7f454c46',
  'feedface',
  'feedfacf',
  'cefaedfe',
  'cffaedfe',
  'cafebabe',
  'bebafeca',
]);

/** What is looked for, and from where. */
export interface ProgramQuery {
  /** The program as the caller named it, for messages. */
  readonly program: string;
  /** What is to be executed. */
  readonly file: string;
  /** The child's directory, `null` for ours. */
  readonly cwd: string | null;
  /** The child's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Returns the absolute path of the file to execute.
 *
 * @throws {SpawnError} `stage` `'lookup'` if it is not in the PATH, `'exec'` if it cannot be executed.
 */
export function locateProgram(query: ProgramQuery): string {
  const path = query.file.includes('/') ? namedFile(query) : searchPath(query);
  checkHeader(query, path);
  return path;
}

/**
 * Checks that the child can start in a directory.
 *
 * @throws {SpawnError} `stage` `'cwd'`, naming the directory.
 */
export function checkDirectory(program: string, cwd: string): void {
  const fail = (code: SystemErrorCode, reason: string, cause?: unknown): SpawnError =>
    new SpawnError(code, { stage: 'cwd', program, path: cwd, reason: `${reason}: ${JSON.stringify(cwd)}` }, { cause });
  let isDirectory: boolean;
  try {
    isDirectory = statSync(cwd).isDirectory();
    if (isDirectory) {
      accessSync(cwd, constants.X_OK);
    }
  } catch (thrown) {
    throw fail(systemErrorCode(thrown), 'the working directory cannot be entered', thrown);
  }
  if (!isDirectory) {
    throw fail('ENOTDIR', 'the working directory is not a directory');
  }
}

function failure(
  query: ProgramQuery,
  stage: SpawnStage,
  code: SystemErrorCode,
  path: string,
  reason: string,
): SpawnError {
  return new SpawnError(code, { stage, program: query.program, path, reason });
}

function namedFile(query: ProgramQuery): string {
  // Our own directory may be gone, so it is asked for only if it matters.
  const path = isAbsolute(query.file) ? query.file : resolve(query.cwd ?? process.cwd(), query.file);
  const code = executableProblem(path);
  if (code !== null) {
    throw failure(query, 'exec', code, path, 'the file cannot be executed');
  }
  return path;
}

function searchPath(query: ProgramQuery): string {
  let problem: SystemErrorCode = 'ENOENT';
  for (const directory of (query.env['PATH'] ?? DEFAULT_PATH).split(':')) {
    // An empty or relative entry would run whatever lies in the child's directory.
    if (query.file === '' || !isAbsolute(directory)) {
      continue;
    }
    const path = join(directory, query.file);
    const code = executableProblem(path);
    if (code === null) {
      return path;
    }
    if (code === 'EACCES' || code === 'ENAMETOOLONG') {
      problem = code;
    }
  }
  throw failure(query, 'lookup', problem, query.file, 'no executable of that name is in the PATH');
}

function executableProblem(path: string): SystemErrorCode | null {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) {
      return 'EACCES';
    }
    accessSync(path, constants.X_OK);
    return null;
  } catch (thrown) {
    return systemErrorCode(thrown);
  }
}

function checkHeader(query: ProgramQuery, path: string): void {
  const header = readHeader(path);
  if (header === null || MAGIC_NUMBERS.has(header.toString('hex', 0, 4))) {
    return;
  }
  if (header.toString('latin1', 0, 2) !== '#!') {
    throw failure(query, 'exec', 'ENOEXEC', path, 'the file is neither a binary nor a script with "#!"');
  }
  const [interpreter] = header.toString('utf8', 2).split('\n', 1)[0]?.trim().split(/[ \t]/, 1) ?? [];
  if (interpreter !== undefined && isAbsolute(interpreter) && executableProblem(interpreter) === 'ENOENT') {
    throw failure(query, 'exec', 'ENOENT', path, `its interpreter ${JSON.stringify(interpreter)} does not exist`);
  }
}

/** Returns the first bytes of a file, `null` if we may not read what we may execute. */
function readHeader(path: string): Buffer | null {
  const header = Buffer.alloc(HEADER_BYTES);
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'EACCES') {
      return null;
    }
    throw thrown;
  }
  try {
    return header.subarray(0, readSync(fd, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(fd);
  }
}
