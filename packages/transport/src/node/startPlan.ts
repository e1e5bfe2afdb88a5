/**
 * What is looked at and fixed before Node is asked to start a child.
 *
 * Only what Node would silently do differently, or could not recover from, is looked at: everything else the system refuses
 * by itself, and `spawnFailure.ts` explains it.
 *
 * 1. Node runs a file that the kernel does not know with `sh`. So the first bytes of the file are read, and those of the
 *    interpreters of a script.
 * 2. A descriptor that is not open may be one of Node's own by the time that the child is made.
 * 3. Node loses descriptors when it runs out of them half-way (`fdHeadroom.ts`).
 * 4. Node passes on variables that `process.env` inherits, and takes an empty directory for none.
 */
import { fstatSync } from 'node:fs';
import type { SpawnRequest } from '../seam/backend.js';
import { SpawnError } from '../contract/errors.js';
import { hasSlash, pathFrom, shownPath, type FilePath } from '../seam/filePath.js';
import { locateProgram, type ProgramQuery } from '../seam/locateProgram.js';
import { programFormat } from '../seam/programFormat.js';
import { programQuery, startProblem } from '../seam/spawnFailure.js';
import { requireFreeFds } from './fdHeadroom.js';
import { isKnownBinary, placeInPath } from './knownPrograms.js';

const windows = process.platform === 'win32';

/** Descriptors of libuv's own during a spawn, besides those for what the child gets. */
const SPAWN_FDS = 2;

/** Interpreters of interpreters that are looked at; the kernel follows no more. */
const MAX_INTERPRETERS = 5;

/** Where a child starts, and as what. */
export interface StartPlan {
  readonly request: SpawnRequest;
  /** What Node executes. */
  readonly file: string;
  /** `undefined` for ours, of the moment of the spawn. */
  readonly cwd: string | undefined;
  /** Perhaps ours itself. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds the file and looks at it.
 *
 * @param later - The child is not started in this tick: what may change until then is fixed.
 * @throws {SpawnError} if the child cannot be started.
 */
export function planStart(request: SpawnRequest, later: boolean): StartPlan {
  const query = programQuery(request, request.env ?? process.env);
  const file = windows ? shownPath(query.file) : locate(query);
  const problem = request.cwd === '' ? startProblem(query) : null;
  if (problem !== null) {
    throw problem;
  }
  if (!windows && !isKnownFormat(file, request.cwd)) {
    throw startProblem(query) ?? unknownFormat(request, file);
  }
  for (const [childFd, slot] of request.stdio) {
    if (slot.kind === 'fd') {
      requireOpen(request, slot.fd, childFd);
    }
  }
  if (!later) {
    // Said in so many words: what Node takes for ours may be another object, in a test runner.
    const env = request.env ?? (inheritsVariables() ? copyOfOurs() : process.env);
    return { request, file, cwd: request.cwd ?? undefined, env };
  }
  const here = ownDirectory();
  const from = (path: string): string => (here === undefined ? path : shownPath(pathFrom(here, path)));
  const cwd = request.cwd === null ? here : from(request.cwd);
  return { request, file: windows ? file : from(file), cwd, env: request.env ?? copyOfOurs() };
}

/**
 * Makes sure that Node will not run out of descriptors half-way; to be called right before the spawn.
 *
 * @param more - How many are needed besides.
 * @throws the system's error (`EMFILE`, `ENFILE`) if there are too few.
 */
export function requireHeadroom(stdio: SpawnRequest['stdio'], more = 0): void {
  if (windows) {
    return;
  }
  let needed = SPAWN_FDS + more;
  let highest = 0;
  for (const [childFd, slot] of stdio) {
    highest = Math.max(highest, childFd);
    if (slot.kind === 'fd') {
      // The child moves it out of the way before it puts anything in its place.
      needed += slot.fd < childFd ? 1 : 0;
    } else if (slot.kind === 'pipe') {
      needed += childFd > 2 ? 3 : 2;
    } else if (slot.kind === 'null' && childFd > 2) {
      needed += 2;
    }
  }
  requireFreeFds(needed, highest + 1);
}

function locate(query: ProgramQuery): string {
  const find = (): string => shownPath(locateProgram(query));
  if (hasSlash(query.file)) {
    return find();
  }
  const { PATH } = query.env;
  return typeof PATH === 'object' ? find() : placeInPath(shownPath(query.file), PATH, find);
}

function isKnownFormat(file: string, cwd: string | null): boolean {
  try {
    return isKnownBinary(file, () => isBinary(file)) || canBeTaken(file, cwd);
  } catch (unreachable) {
    // A loop of links, a directory that we may not enter: the system says so.
    void unreachable;
    return true;
  }
}

function isBinary(file: string): boolean {
  const format = programFormat(file);
  return format.kind === 'binary' && format.doubt === null;
}

function canBeTaken(file: FilePath, cwd: string | null): boolean {
  let path = file;
  for (let followed = 0; followed <= MAX_INTERPRETERS; followed += 1) {
    const format = programFormat(path);
    if (format.kind !== 'script') {
      return format.kind !== 'none';
    }
    path = cwd === null ? format.interpreter : pathFrom(cwd, format.interpreter);
  }
  return true;
}

function unknownFormat(request: SpawnRequest, file: string): SpawnError {
  const reason = 'the file is neither a binary nor a script with "#!"';
  return new SpawnError('ENOEXEC', { stage: 'exec', program: request.program, path: file, reason });
}

function requireOpen(request: SpawnRequest, fd: number, childFd: number): void {
  try {
    fstatSync(fd);
  } catch (cause) {
    const name = ['stdin', 'stdout', 'stderr'][childFd] ?? `descriptor ${childFd} of the child`;
    const reason = `descriptor ${fd}, given for ${name}, is not open`;
    throw new SpawnError('EBADF', { stage: 'stdio', program: request.program, path: null, reason }, { cause });
  }
}

function inheritsVariables(): boolean {
  for (const name in Object.getPrototypeOf(process.env) as object) {
    return name !== '';
  }
  return false;
}

function copyOfOurs(): Record<string, string> {
  return Object.assign(Object.create(null) as Record<string, string>, process.env);
}

/** Returns our directory, `undefined` if it has been removed. */
function ownDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch (removed) {
    void removed;
    return undefined;
  }
}
