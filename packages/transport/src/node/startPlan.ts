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
import type { ByteString, SpawnRequest } from '../seam/backend.js';
import type { TextRequest } from '../seam/textRequest.js';
import { SpawnError } from '../contract/errors.js';
import { pathFrom } from '../seam/filePath.js';
import { locateProgram, type ProgramQuery } from '../seam/locateProgram.js';
import { MAX_INTERPRETERS, programFormat } from '../seam/programFormat.js';
import { programQuery, startProblem } from '../seam/spawnFailure.js';
import { requireFreeFds } from './fdHeadroom.js';
import { isKnownBinary, placeInPath } from './knownPrograms.js';

const windows = process.platform === 'win32';

/** Descriptors of libuv's own during a spawn, besides those for what the child gets. */
const SPAWN_FDS = 2;

/** Where a child starts, and as what. */
export interface StartPlan {
  readonly request: TextRequest;
  /** The file that was found, for messages. */
  readonly path: string;
  /** What Node executes, in the directory of the child. */
  readonly file: string;
  /** `undefined` for ours, of the moment of the spawn. */
  readonly cwd: string | undefined;
  /** Perhaps ours itself. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the child leads a group of its own, which signals can reach. */
  readonly leadsGroup: boolean;
}

/**
 * Finds the file and looks at it.
 *
 * @param later - The child is not started in this tick: what may change until then is fixed.
 * @throws {SpawnError} if the child cannot be started.
 */
export function planStart(request: TextRequest, later: boolean): StartPlan {
  const query = programQuery(request, request.env ?? process.env);
  const named = request.executable ?? request.program;
  const path = windows ? named : locate(query);
  const problem = request.cwd === '' ? startProblem(query) : null;
  if (problem !== null) {
    throw problem;
  }
  if (!windows && !isKnownFormat(path, request.cwd)) {
    throw startProblem(query) ?? unknownFormat(request, path);
  }
  for (const [childFd, slot] of request.stdio) {
    if (slot.kind === 'fd') {
      requireOpen(request, slot.fd, childFd);
    }
  }
  const leadsGroup = request.startNewSession && !windows;
  if (!later) {
    // A path is resolved where the child is by then.
    const file = named.includes('/') ? named : path;
    // Said in so many words: what Node takes for ours may be another object, in a test runner.
    const env = request.env ?? (inheritsVariables() ? copyOfOurs() : process.env);
    return { request, path, file, cwd: request.cwd ?? undefined, env, leadsGroup };
  }
  const cwd = request.cwd === null ? ownDirectory() : fromHere(request.cwd);
  const fixed = { ...request, cwd: cwd ?? request.cwd };
  return { request: fixed, path, file: fromHere(path), cwd, env: request.env ?? copyOfOurs(), leadsGroup };
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

function locate(query: ProgramQuery<string>): string {
  const { file, env } = query;
  return file.includes('/') ? locateProgram(query) : placeInPath(file, env['PATH'], () => locateProgram(query));
}

function isKnownFormat(path: string, cwd: string | null): boolean {
  try {
    // What is remembered is remembered of a file, wherever we go.
    const own = fromHere(path);
    return isKnownBinary(own, () => isBinary(own)) || canBeTaken(own, cwd);
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

function canBeTaken(file: string, cwd: string | null): boolean {
  let path: ByteString = file;
  for (let followed = 0; followed <= MAX_INTERPRETERS; followed += 1) {
    const format = programFormat(path);
    if (format.kind !== 'script') {
      return format.kind !== 'none';
    }
    path = cwd === null ? format.interpreter : pathFrom(cwd, format.interpreter);
  }
  return true;
}

function unknownFormat(request: TextRequest, file: string): SpawnError {
  const reason = 'the file is neither a binary nor a script with "#!"';
  return new SpawnError('ENOEXEC', { stage: 'exec', program: request.program, path: file, reason });
}

function requireOpen(request: TextRequest, fd: number, childFd: number): void {
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

/** Returns a path that means the same file when our directory is another one. */
function fromHere(path: string): string {
  const here = path.startsWith('/') || windows ? undefined : ownDirectory();
  return here === undefined ? path : pathFrom(here, path);
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
