/**
 * Our end of a pipe that the child reads.
 *
 * 1. A write goes to the system at once; what that took is flushed before `write()` returns.
 * 2. The rest is copied and waits for the pipe; later writes wait behind it.
 * 3. Registered from the start, for nothing: the kernel reports the close of the other end all the same, so it is seen
 *    without a write. Bytes that were not taken by then never will be.
 * 4. Every write is flushed exactly once, in order; `close` comes after the last of them.
 */
import { WritePipeHandle } from '@subwire/transport';
import { EAGAIN, EINTR, EPIPE } from './constants.js';
import { native, type Native } from './ffi.js';
import { growPipe } from './pipes.js';
import { BROKEN, poller, WRITABLE, type PollSlot, type PollTarget } from './poller.js';
import { pipeFailure } from './systemErrors.js';

type Flushed = (error?: Error | null) => void;

interface Pending {
  bytes: Uint8Array;
  readonly flushed: Flushed;
}

/** So many waits for a full pipe tell that the child reads slower than we write. */
const BUSY_WAITS = 8;

/** The writing end. */
export class WritePipe extends WritePipeHandle implements PollTarget {
  readonly #native: Native = native();
  #fd = -1;
  #slot: PollSlot | null = null;
  #waiting = false;
  #waits = 0;
  #ending = false;
  #closed = false;
  /** Of the last write that failed. */
  #errno = 0;
  readonly #pending: Pending[] = [];

  /** Takes a non-blocking descriptor over. */
  open(fd: number): void {
    if (this.#closed) {
      this.#native.close(fd);
      return;
    }
    this.#fd = fd;
    try {
      this.#slot = poller().add(fd, 0, this);
    } catch (thrown) {
      this.#close(thrown instanceof Error ? thrown : null, false);
      return;
    }
    this.#proceed(false);
  }

  override write(chunk: Uint8Array, flushed: Flushed): void {
    if (this.#closed || this.#ending) {
      flushed(pipeFailure('write', EPIPE));
      return;
    }
    if (this.#fd < 0 || this.#pending.length > 0) {
      this.#pending.push({ bytes: new Uint8Array(chunk), flushed });
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
      this.#pending.push({ bytes: new Uint8Array(chunk.subarray(taken)), flushed });
      this.#wait(true);
    }
  }

  override end(): void {
    this.#ending = true;
    if (this.#fd >= 0 && this.#pending.length === 0) {
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
    if ((events & BROKEN) !== 0) {
      this.#close(null, true);
      return;
    }
    this.#proceed(true);
  }

  /** Writes what waits, as far as the pipe takes it. */
  #proceed(inEvent: boolean): void {
    while (!this.#closed) {
      const next = this.#pending[0];
      if (next === undefined) {
        this.#wait(false);
        if (this.#ending) {
          this.#close(null, inEvent);
        }
        return;
      }
      const taken = this.#writeOnce(next.bytes);
      if (taken < 0) {
        this.#close(pipeFailure('write', this.#errno), inEvent);
        return;
      }
      if (taken < next.bytes.length) {
        next.bytes = next.bytes.subarray(taken);
        this.#wait(true);
        return;
      }
      this.#pending.shift();
      // May write or close.
      next.flushed();
    }
  }

  /** Returns how many bytes were taken, 0 if the pipe is full, -1 on failure. */
  #writeOnce(bytes: Uint8Array): number {
    const taken = this.#native.write(this.#fd, bytes, bytes.length);
    if (taken >= 0) {
      return taken;
    }
    this.#errno = this.#native.errno();
    return this.#errno === EAGAIN || this.#errno === EINTR ? 0 : -1;
  }

  #wait(waiting: boolean): void {
    if (this.#waiting === waiting || this.#slot === null) {
      return;
    }
    this.#waiting = waiting;
    try {
      poller().modify(this.#slot, waiting ? WRITABLE : 0);
    } catch (thrown) {
      this.#close(thrown instanceof Error ? thrown : null, false);
      return;
    }
    if (waiting) {
      this.#waits += 1;
      if (this.#waits === BUSY_WAITS) {
        growPipe(this.#fd);
      }
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
      queueMicrotask(() => {
        this.#tell(error);
      });
    }
  }

  #tell(error: Error | null): void {
    const dropped = this.#pending.length > 0 ? (error ?? pipeFailure('write', EPIPE)) : null;
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
      next.flushed(dropped);
    }
    // That nobody reads is an ordinary end; whether bytes were left over is the transport's to say.
    const ordinary = error === null || ('code' in error && error.code === 'EPIPE');
    this.emit('close', ordinary ? null : error);
  }

  #release(): void {
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
