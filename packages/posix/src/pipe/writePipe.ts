/**
 * Our end of a pipe that the child reads.
 *
 * | state    | `reserve(fd)`      | `start()`          | `write()`                     | room                   | `end()`  | reader left | failure, `destroy()` |
 * | -------- | ------------------ | ------------------ | ----------------------------- | ---------------------- | -------- | ----------- | -------------------- |
 * | unopened | register: reserved | -                  | queue                         | -                      | notes it | -           | closed               |
 * | reserved | -                  | idle, full, closed | queue                         | -                      | notes it | -           | closed               |
 * | idle     | -                  | -                  | to the system; the rest: full | -                      | closed   | closed      | closed               |
 * | full     | -                  | -                  | queue                         | write; idle if all     | ending   | closed      | closed               |
 * | ending   | -                  | -                  | refused (EPIPE)               | write; closed if all   | -        | closed      | closed               |
 * | closed   | closes the fd      | -                  | refused (EPIPE)               | -                      | -        | -           | -                    |
 *
 * 1. A write goes to the system at once; what that took is flushed before `write()` returns.
 * 2. The rest is copied and waits for the pipe; later writes wait behind it. One system call takes many of them.
 * 3. Registered before there is a child, so that a refusal is one of the start, and with an empty event mask: errors are reported all the same, so the close of the other end
 *    is seen without a write. Bytes that were not taken by then never will be.
 * 4. Every write is flushed exactly once, in order; `close` comes after the last of them.
 * 5. `close` carries `null` if the reader left (`EPIPE`; `ECONNRESET` if it left something unread in a socket), else what failed, also if that was the registration:
 *    always a `SubprocessError`.
 */
import { Fifo, saysThatReaderLeft, WritePipeHandle } from '@subwire/transport';
import { EAGAIN, EINTR, EPIPE } from '../native/constants.js';
import { native, type Native } from '../native/ffi.js';
import { growInput } from './pipeCapacity.js';
import { BROKEN, HUNG_UP, poller, WRITABLE, type Holder, type PollSlot, type PollTarget } from '../loop/poller.js';
import type { PipeShape } from './pipes.js';
import { PendingBytes } from './pendingBytes.js';
import { pipeFailure, toPipeFailure } from '../native/systemErrors.js';

type Flushed = (error?: Error | null) => void;

/** So many writes into a full pipe tell that more is written than fits. */
const BUSY_WRITES = 2;

/** The writing end. */
export class WritePipe extends WritePipeHandle implements PollTarget {
  readonly #native: Native = native();
  #fd = -1;
  #slot: PollSlot | null = null;
  readonly #holder: Holder;
  #started = false;
  #polling = false;
  readonly #mayGrow: boolean;
  #shortWrites = 0;
  #ending = false;
  #closed = false;
  /** Of the last write that failed. */
  #errno = 0;
  readonly #pending = new PendingBytes();
  /** For each write that waits, its callback and the position of its end among all bytes that ever waited. */
  readonly #waiting = new Fifo<Flushed>();
  readonly #ends = new Fifo<number>();
  #appended = 0;
  #sent = 0;

  /** @param holder - Keeps the process alive, or does not, while the pipe is open. */
  constructor({ kind, size }: PipeShape, holder: Holder = poller()) {
    super();
    this.#holder = holder;
    this.#mayGrow = size === null && kind === 'pipe';
  }

  /**
   * Takes a non-blocking descriptor over and registers it.
   * @throws the system's error; `drop()` is due then.
   */
  reserve(fd: number): void {
    if (this.#closed) {
      this.#native.close(fd);
      return;
    }
    this.#fd = fd;
    this.#slot = poller().add(fd, 0, this, this.#holder);
  }

  /** The child runs: what was written already goes out. */
  start(): void {
    this.#started = true;
    if (this.#fd >= 0) {
      this.#proceed(false);
    }
  }

  override write(chunk: Uint8Array, flushed: Flushed): void {
    if (this.#closed || this.#ending) {
      flushed(pipeFailure('write', EPIPE));
      return;
    }
    if (!this.#started || this.#waiting.length > 0) {
      this.#append(chunk, flushed);
      return;
    }
    const taken = this.#writeOnce(chunk);
    if (taken === chunk.length) {
      flushed();
    } else if (taken < 0) {
      const error = pipeFailure('write', this.#errno);
      flushed(error);
      this.#close(error, false);
    } else {
      this.#append(chunk.subarray(taken), flushed);
      this.#poll(true);
    }
  }

  override end(): void {
    this.#ending = true;
    if (this.#started && this.#waiting.length === 0) {
      this.#close(null, false);
    }
  }

  override destroy(): void {
    this.#close(null, false);
  }

  /** Closes without a word: the child never started. */
  drop(): void {
    this.#closed = true;
    this.#release();
  }

  onReady(events: number): void {
    // A pipe reports the first when its reader is gone, a socket the second, and both if something was left unread.
    if ((events & (BROKEN | HUNG_UP)) !== 0) {
      this.#close(null, true);
      return;
    }
    this.#proceed(true);
  }

  #append(chunk: Uint8Array, flushed: Flushed): void {
    this.#pending.append(chunk);
    this.#appended += chunk.length;
    this.#ends.push(this.#appended);
    this.#waiting.push(flushed);
  }

  /** Writes what waits, as far as the pipe takes it. */
  #proceed(inEvent: boolean): void {
    while (!this.#closed && this.#waiting.length > 0) {
      const { bytes } = this.#pending;
      const taken = this.#writeOnce(bytes);
      if (taken < 0) {
        this.#close(pipeFailure('write', this.#errno), inEvent);
        return;
      }
      this.#pending.consume(taken);
      this.#sent += taken;
      this.#flushSent();
      if (taken < bytes.length) {
        this.#poll(true);
        return;
      }
    }
    if (!this.#closed) {
      this.#poll(false);
      if (this.#ending) {
        this.#close(null, inEvent);
      }
    }
  }

  /** Tells the writes whose last byte was sent; they may write again, or close. */
  #flushSent(): void {
    for (let end = this.#ends.peek(); end !== undefined && end <= this.#sent; end = this.#ends.peek()) {
      this.#ends.shift();
      this.#waiting.shift()?.();
    }
  }

  /** Returns how many bytes were taken, 0 if the pipe is full, -1 on failure. */
  #writeOnce(bytes: Uint8Array): number {
    const taken = this.#native.write(this.#fd, bytes, bytes.length);
    if (taken < bytes.length) {
      this.#watchLoad();
    }
    if (taken >= 0) {
      return taken;
    }
    this.#errno = this.#native.errno();
    return this.#errno === EAGAIN || this.#errno === EINTR ? 0 : -1;
  }

  /** A pipe that is full again and again gets larger, unless its size was chosen. */
  #watchLoad(): void {
    this.#shortWrites += 1;
    if (this.#mayGrow && this.#shortWrites === BUSY_WRITES) {
      growInput(this.#fd);
    }
  }

  /** Waits for room in the pipe, or no longer. */
  #poll(wanted: boolean): void {
    if (this.#polling === wanted || this.#slot === null) {
      return;
    }
    this.#polling = wanted;
    try {
      poller().modify(this.#slot, wanted ? WRITABLE : 0);
    } catch (thrown) {
      this.#close(toPipeFailure(thrown), false);
    }
  }

  #close(error: Error | null, inEvent: boolean): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    this.#release();
    if (inEvent) {
      this.#tell(error);
    } else {
      void Promise.resolve().then(() => {
        this.#tell(error);
      });
    }
  }

  #tell(error: Error | null): void {
    this.#ends.clear();
    const dropped = this.#waiting.length > 0 ? (error ?? pipeFailure('write', EPIPE)) : null;
    for (let flushed = this.#waiting.shift(); flushed !== undefined; flushed = this.#waiting.shift()) {
      flushed(dropped);
    }
    // That nobody reads is an ordinary end; whether bytes were left over is the transport's to say.
    this.emit('close', error === null || saysThatReaderLeft(error) ? null : error);
  }

  #release(): void {
    this.#pending.clear();
    if (this.#slot !== null) {
      poller().remove(this.#slot);
      this.#slot = null;
    }
    if (this.#fd >= 0) {
      this.#native.close(this.#fd);
      this.#fd = -1;
    }
  }
}
