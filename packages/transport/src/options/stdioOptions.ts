import { ValueError } from '../contract/errors.js';
import {
  DEVNULL,
  PIPE,
  STDOUT,
  type StderrStdio,
  type Stdio,
  type StdioSlot,
  type PipeEnd,
} from '../contract/stdio.js';

/** What stands at the descriptors of a child. */
export interface StdioOptions {
  /** The child's descriptor 0. Default: `PIPE`. */
  readonly stdin?: Stdio;
  /** The child's descriptor 1. Default: `PIPE`. */
  readonly stdout?: Stdio;
  /** The child's descriptor 2. Default: `PIPE`. */
  readonly stderr?: StderrStdio;
  /** Descriptors (3 or higher) that the child gets under the same numbers. Default: none. */
  readonly passFds?: readonly number[];
  /** What stands at further descriptors (3 or higher) of the child; `PIPE` is an output of it. Default: none. */
  readonly extraFds?: Readonly<Record<number, Stdio>>;
}

/** Highest descriptor number that Linux gives any process, unless its administrator raised `fs.nr_open`. */
const MAX_FD = 1_048_575;

/**
 * Returns what a backend has to put at each descriptor.
 *
 * @throws {TypeError} for what is no descriptor.
 * @throws {ValueError} for a descriptor that makes no sense.
 */
export function parseStdio(own: StdioOptions): ReadonlyMap<number, StdioSlot> {
  const stdio = new Map<number, StdioSlot>();
  stdio.set(0, slot(own.stdin, 0, 'stdin'));
  const stdout = slot(own.stdout, 1, 'stdout');
  stdio.set(1, stdout);
  if (own.stderr === STDOUT) {
    stdio.set(2, stdout.kind === 'pipe' ? { kind: 'stdout' } : stdout);
  } else {
    stdio.set(2, slot(own.stderr, 2, 'stderr'));
  }
  if (own.passFds !== undefined) {
    addPassed(stdio, own.passFds);
  }
  if (own.extraFds !== undefined) {
    addExtra(stdio, own.extraFds);
  }
  return stdio;
}

function addPassed(stdio: Map<number, StdioSlot>, passed: unknown): void {
  if (!Array.isArray(passed)) {
    throw new TypeError('passFds must be an array of descriptors');
  }
  for (const fd of passed as readonly number[]) {
    stdio.set(extraFd(fd), { kind: 'fd', fd });
  }
}

function addExtra(stdio: Map<number, StdioSlot>, extra: Readonly<Record<number, Stdio>>): void {
  if (typeof extra !== 'object' || (extra as unknown) === null) {
    throw new TypeError('extraFds must be an object');
  }
  for (const key of Object.keys(extra)) {
    const fd = extraFd(Number(key));
    // '03' is 3 too, and is not a key that `extra[3]` finds.
    if (String(fd) !== key || stdio.has(fd)) {
      throw new ValueError(`extraFds has a strange key, or descriptor ${fd} is in passFds too`);
    }
    stdio.set(fd, slot(extra[fd], fd, `extraFds[${fd}]`));
  }
}

function extraFd(fd: number): number {
  if (!Number.isInteger(fd) || fd < 3 || fd > MAX_FD) {
    throw new ValueError(`an extra descriptor must be a whole number from 3 to ${MAX_FD}`);
  }
  return fd;
}

function slot(given: Stdio | undefined, childFd: number, what: string): StdioSlot {
  switch (given) {
    case undefined:
    case PIPE:
      return { kind: 'pipe' };
    case DEVNULL:
      return { kind: 'null' };
    case null:
      return { kind: 'fd', fd: childFd };
    default: {
      if (isPipeEnd(given)) {
        return { kind: 'end', end: given };
      }
      const fd: unknown = typeof given === 'object' ? given.fd : given;
      if (fd === STDOUT) {
        throw new ValueError(`${what} cannot be STDOUT; only stderr can`);
      }
      if (typeof fd !== 'number') {
        throw new TypeError(`${what} must be PIPE, DEVNULL, null, a descriptor, or an object with one`);
      }
      if (!Number.isInteger(fd) || fd < 0) {
        throw new ValueError(`${what} is not a descriptor`);
      }
      return { kind: 'fd', fd };
    }
  }
}

/** By shape: an end may come from a backend that was built against another copy of this package. */
function isPipeEnd(given: Stdio): given is PipeEnd {
  return typeof given === 'object' && given !== null && 'backendName' in given;
}
