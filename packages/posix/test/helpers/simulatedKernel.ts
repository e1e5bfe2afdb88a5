/**
 * As much of the macOS kernel as the macOS branch needs: descriptors, pipes, kqueues, and the numbers of processes.
 *
 * It reads and writes `struct kevent` by its layout in the header, and shares no code with what it tests.
 */

const EPERM = 1;
const ESRCH = 3;
const EBADF = 9;
const ECHILD = 10;
export const EINVAL = 22;
const EPIPE = 32;
const EAGAIN = 35;
const ENOENT = 2;

const KEVENT_BYTES = 32;
const CAPACITY = 65_536;
const PIPE_BUF = 512;

interface Pipe {
  bytes: Buffer;
  readers: number;
  writers: number;
}

/** What a descriptor stands for; ends of pipes that were duplicated are one. */
type OpenFile =
  | { readonly kind: 'kqueue'; readonly knotes: Map<string, Knote> }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'read' | 'write'; readonly pipe: Pipe };

interface Knote {
  readonly ident: number;
  readonly filter: number;
  readonly udata: bigint;
}

/** A process: first running, then said to be ending, then to be reaped, then gone. */
export interface SimulatedProcess {
  state: 'running' | 'ending' | 'zombie' | 'gone';
  waitStatus: number;
}

/** The kernel. Calls return what the system calls do, and leave `errno`. */
export class SimulatedKernel {
  errno = 0;
  /** Told after everything that may make a kqueue ready. */
  onChange: () => void = () => undefined;
  /** Changes of filters, as they came: `add read 5`. */
  readonly changes: string[] = [];
  readonly closeOnExec = new Set<number>();
  readonly nonBlocking = new Set<number>();
  readonly processes = new Map<number, SimulatedProcess>();
  /** Groups that have members besides their leader. */
  readonly orphanGroups = new Set<number>();
  readonly #files = new Map<number, OpenFile>();

  open(path: string): number {
    return this.#place({ kind: 'file', path }, 3);
  }

  pipe(fds: Int32Array): number {
    const pipe: Pipe = { bytes: Buffer.alloc(0), readers: 1, writers: 1 };
    fds[0] = this.#place({ kind: 'read', pipe }, 3);
    fds[1] = this.#place({ kind: 'write', pipe }, 3);
    return 0;
  }

  duplicate(fd: number, lowest: number): number {
    const file = this.#files.get(fd);
    if (file === undefined) {
      return this.#fail(EBADF);
    }
    this.#count(file, 1);
    return this.#place(file, lowest);
  }

  close(fd: number): number {
    const file = this.#files.get(fd);
    if (file === undefined) {
      return this.#fail(EBADF);
    }
    this.#files.delete(fd);
    this.closeOnExec.delete(fd);
    this.nonBlocking.delete(fd);
    for (const { knotes } of this.#kqueues()) {
      [-1, -2].forEach((filter) => knotes.delete(`${filter} ${fd}`));
    }
    this.#count(file, -1);
    return 0;
  }

  read(fd: number, buffer: Uint8Array, count: number): number {
    const file = this.#files.get(fd);
    if (file?.kind !== 'read') {
      return this.#fail(EBADF);
    }
    const { pipe } = file;
    const taken = pipe.bytes.subarray(0, count);
    if (taken.length === 0 && pipe.writers > 0) {
      return this.#fail(EAGAIN);
    }
    buffer.set(taken);
    pipe.bytes = pipe.bytes.subarray(taken.length);
    this.onChange();
    return taken.length;
  }

  write(fd: number, buffer: Uint8Array, count: number): number {
    const file = this.#files.get(fd);
    if (file?.kind !== 'write') {
      return this.#fail(EBADF);
    }
    const { pipe } = file;
    const room = CAPACITY - pipe.bytes.length;
    if (pipe.readers === 0 || room === 0) {
      return this.#fail(pipe.readers === 0 ? EPIPE : EAGAIN);
    }
    const taken = Math.min(room, count);
    pipe.bytes = Buffer.concat([pipe.bytes, buffer.subarray(0, taken)]);
    this.onChange();
    return taken;
  }

  kqueue(): number {
    return this.#place({ kind: 'kqueue', knotes: new Map() }, 3);
  }

  kevent(
    queue: number,
    changes: ArrayBufferView | null,
    changeCount: number,
    events: ArrayBufferView | null,
    maxEvents: number,
    timeout: ArrayBufferView | null,
  ): number {
    const file = this.#files.get(queue);
    if (file?.kind !== 'kqueue') {
      return this.#fail(EBADF);
    }
    if (
      timeout === null ||
      viewOf(timeout).getBigInt64(0, true) !== 0n ||
      viewOf(timeout).getBigInt64(8, true) !== 0n
    ) {
      throw new Error('the thread of the loop would wait in kevent');
    }
    for (let at = 0; changes !== null && at < changeCount * KEVENT_BYTES; at += KEVENT_BYTES) {
      const errno = this.#change(file.knotes, viewOf(changes), at);
      if (errno !== 0) {
        return this.#fail(errno);
      }
    }
    return events === null ? 0 : this.#collect(file.knotes, viewOf(events), maxEvents);
  }

  /** Whether a kqueue is readable. */
  isReady(queue: number): boolean {
    const file = this.#files.get(queue);
    return file?.kind === 'kqueue' && [...file.knotes.values()].some((knote) => this.#look(knote) !== null);
  }

  kill(pid: number): number {
    if (this.orphanGroups.has(-pid)) {
      return 0;
    }
    const state = this.processes.get(Math.abs(pid))?.state ?? 'gone';
    if (state === 'running') {
      return 0;
    }
    return this.#fail(pid < 0 && state !== 'gone' ? EPERM : ESRCH);
  }

  waitpid(pid: number, status: Int32Array): number {
    const process = this.processes.get(pid);
    if (process === undefined || process.state === 'gone') {
      return this.#fail(ECHILD);
    }
    if (process.state !== 'zombie') {
      return 0;
    }
    process.state = 'gone';
    status[0] = process.waitStatus;
    return pid;
  }

  /** Changes the state of a process. */
  advance(pid: number, state: SimulatedProcess['state'], waitStatus = 0): void {
    this.processes.set(pid, { state, waitStatus });
    this.onChange();
  }

  /** What is open, by number. */
  get openFds(): number[] {
    return [...this.#files.keys()].sort((a, b) => a - b);
  }

  #change(knotes: Map<string, Knote>, view: DataView, at: number): number {
    const ident = Number(view.getBigUint64(at, true));
    const filter = view.getInt16(at + 8, true);
    const flags = view.getUint16(at + 10, true);
    const key = `${filter} ${ident}`;
    const names: Record<number, string> = { [-1]: 'read', [-2]: 'write', [-5]: 'proc' };
    this.changes.push(`${(flags & 1) !== 0 ? 'add' : 'delete'} ${names[filter]} ${ident}`);
    if ((flags & 2) !== 0) {
      return knotes.delete(key) ? 0 : ENOENT;
    }
    if (filter === -5) {
      if (view.getUint32(at + 12, true) !== 0x8000_0000) {
        return EINVAL;
      }
      if (this.processes.get(ident)?.state !== 'running') {
        return ESRCH;
      }
    } else if (!this.#files.has(ident)) {
      return EBADF;
    }
    knotes.set(key, { ident, filter, udata: view.getBigUint64(at + 24, true) });
    this.onChange();
    return 0;
  }

  #collect(knotes: Map<string, Knote>, view: DataView, maxEvents: number): number {
    let count = 0;
    for (const [key, knote] of knotes) {
      const found = this.#look(knote);
      if (found === null || count === maxEvents) {
        continue;
      }
      const at = count * KEVENT_BYTES;
      view.setBigUint64(at, BigInt(knote.ident), true);
      view.setInt16(at + 8, knote.filter, true);
      view.setUint16(at + 10, found.eof ? 0x8000 : 0, true);
      view.setUint32(at + 12, knote.filter === -5 ? 0x8000_0000 : 0, true);
      view.setBigInt64(at + 16, BigInt(found.data), true);
      view.setBigUint64(at + 24, knote.udata, true);
      if (knote.filter === -5) {
        knotes.delete(key);
      }
      count += 1;
    }
    return count;
  }

  /** The filters of XNU: `filt_piperead_common`, `filt_pipewrite_common`, `filt_pipe_draincommon`, `filt_procevent`. */
  #look({ ident, filter }: Knote): { readonly eof: boolean; readonly data: number } | null {
    if (filter === -5) {
      return this.processes.get(ident)?.state === 'running' ? null : { eof: true, data: 0 };
    }
    const file = this.#files.get(ident);
    if (file?.kind !== 'read' && file?.kind !== 'write') {
      return null;
    }
    const { bytes, readers, writers } = file.pipe;
    const eof = file.kind === 'read' ? writers === 0 : readers === 0;
    if (filter === -1) {
      // The wrong filter for a writing end fires when the pipe dies, and at no other time.
      const data = file.kind === 'read' ? bytes.length : 0;
      return eof || data > 0 ? { eof, data } : null;
    }
    const data = CAPACITY - bytes.length;
    return eof || (file.kind === 'write' && data >= PIPE_BUF) ? { eof, data } : null;
  }

  #kqueues(): { readonly knotes: Map<string, Knote> }[] {
    return [...this.#files.values()].filter((file) => file.kind === 'kqueue');
  }

  #place(file: OpenFile, lowest: number): number {
    let fd = lowest;
    while (this.#files.has(fd)) {
      fd += 1;
    }
    this.#files.set(fd, file);
    return fd;
  }

  #count(file: OpenFile, by: number): void {
    if (file.kind === 'read' || file.kind === 'write') {
      file.pipe[file.kind === 'read' ? 'readers' : 'writers'] += by;
      this.onChange();
    }
  }

  #fail(errno: number): number {
    this.errno = errno;
    return -1;
  }
}

function viewOf(memory: ArrayBufferView): DataView {
  return new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
}
