/**
 * What a child of the suite sees of the world, for children that run in memory.
 *
 * Real files stay real: programs are looked up on disk, and descriptors that the caller gave are written for real. Pipes,
 * signals and time are the fake's.
 */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync, writeSync } from 'node:fs';
import { readFileSync, type Stats } from 'node:fs';
import type { TextRequest } from '@subwire/transport';
import type { Fact } from './step.js';

/** Descriptors of the caller that a fake child has, under the child's numbers. */
export class FakeDescriptors {
  readonly #files = new Map<number, number>();
  /** `device:inode`; also of what cannot be opened a second time. */
  readonly #identities = new Map<number, string>();

  /** @throws the system's error if a descriptor is not open. */
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

  /** Returns `device:inode` of what stands at a descriptor, of the null device where nothing of the caller's does. */
  identity(fd: number): string {
    return this.#identities.get(fd) ?? identityOf(statSync('/dev/null'));
  }

  /** Tells whether one of them is this file. */
  holds(path: string): boolean {
    return [...this.#identities.values()].includes(identityOf(statSync(path)));
  }

  close(): void {
    [...this.#files.values()].forEach(closeSync);
    this.#files.clear();
    this.#identities.clear();
  }

  /** The caller may close its own descriptor as soon as the child runs. There is no `dup` in Node; a second open will do. */
  #duplicate(childFd: number, fd: number): void {
    const writes = childFd > 0 ? constants.O_WRONLY | constants.O_APPEND : constants.O_RDONLY;
    for (const mode of [writes, constants.O_RDONLY]) {
      try {
        this.#files.set(childFd, openSync(`/dev/fd/${fd}`, mode | constants.O_NONBLOCK));
        return;
      } catch (thrown) {
        // Open for reading only, or a socket, which cannot be opened by its path: then the child has nothing there.
        void thrown;
      }
    }
  }
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** Returns a fact about a fake child, as its real twin prints it. */
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

/** A field of our own `/proc` entry, counted from the one behind the name. */
function ownStatField(index: number): string {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[index] ?? '';
}
