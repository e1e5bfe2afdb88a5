/**
 * The environment of children of the suite that run in memory.
 *
 * Files are real: programs are looked up on disk, and descriptors of the caller are read and written. Pipes, signals and
 * time are those of the fake.
 */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync, writeSync } from 'node:fs';
import { readFileSync, type Stats } from 'node:fs';
import type { TextRequest } from '@subwire/transport';
import type { Fact } from './step.js';

/** The descriptors of the caller that a fake child has, by the descriptors in the child. */
export class CallerDescriptors {
  readonly #files = new Map<number, number>();
  /** `device:inode` of each descriptor, also of those that cannot be opened again. */
  readonly #identities = new Map<number, string>();

  /** @throws the error of the system if a descriptor is not open. */
  constructor(request: TextRequest) {
    for (const [fd, slot] of request.stdio) {
      if (slot.kind === 'fd') {
        this.#identities.set(fd, identityOf(fstatSync(slot.fd)));
        this.#duplicate(fd, slot.fd);
      }
    }
  }

  has(fd: number): boolean {
    return this.#files.has(fd);
  }

  write(fd: number, bytes: Uint8Array): void {
    const file = this.#files.get(fd);
    if (file !== undefined) {
      writeSync(file, bytes);
    }
  }

  read(fd: number, maxBytes: number): Uint8Array {
    const file = this.#files.get(fd);
    const bytes = new Uint8Array(maxBytes);
    return file === undefined ? bytes.subarray(0, 0) : bytes.subarray(0, readSync(file, bytes, 0, maxBytes, null));
  }

  /** Returns `device:inode` of the file at a descriptor; that of the null device if it is none of the caller. */
  identity(fd: number): string {
    return this.#identities.get(fd) ?? identityOf(statSync('/dev/null'));
  }

  /** Tells whether one of the descriptors refers to a file. */
  holds(path: string): boolean {
    return [...this.#identities.values()].includes(identityOf(statSync(path)));
  }

  close(): void {
    [...this.#files.values()].forEach(closeSync);
    this.#files.clear();
    this.#identities.clear();
  }

  /** Opens the file again, because the caller may close its descriptor after the start, and Node has no `dup`. */
  #duplicate(childFd: number, fd: number): void {
    const writes = childFd > 0 ? constants.O_WRONLY | constants.O_APPEND : constants.O_RDONLY;
    for (const mode of [writes, constants.O_RDONLY]) {
      try {
        this.#files.set(childFd, openSync(`/dev/fd/${fd}`, mode | constants.O_NONBLOCK));
        return;
      } catch (thrown) {
        // It is open for reading only, or is a socket, which cannot be opened by a path: then the child does not get it.
        void thrown;
      }
    }
  }
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** Returns a fact about a fake child in the form in which a real child prints it. */
export function fakeFact(fact: Fact, request: TextRequest, pid: number, argv: readonly string[]): string {
  switch (fact) {
    case 'argv':
      return JSON.stringify(argv);
    case 'argv0':
      return request.program;
    case 'cwd':
      return request.cwd === null ? process.cwd() : realpathSync(request.cwd);
    case 'environment':
      return JSON.stringify(request.env ?? process.env);
    case 'ids':
      return `${request.user ?? process.getuid?.() ?? 0}:${request.group ?? process.getgid?.() ?? 0}`;
    case 'pid':
      return String(pid);
    case 'session':
      return request.startNewSession ? String(pid) : ownStatField(3);
    case 'group':
      return String(groupOf(request, pid));
  }
}

function groupOf(request: TextRequest, pid: number): string {
  if (request.startNewSession || request.processGroup === 0) {
    return String(pid);
  }
  return request.processGroup === null ? ownStatField(2) : String(request.processGroup);
}

/** Returns a field of our own `/proc/self/stat`. The field after the name has index 0. */
function ownStatField(index: number): string {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[index] ?? '';
}
