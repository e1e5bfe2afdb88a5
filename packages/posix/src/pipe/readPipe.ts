/**
 * Our end of a pipe that the child writes.
 *
 * 1. Born paused and without a descriptor; it gets one when the child is started.
 * 2. `pause()` costs nothing: the registration ends only if an event arrives while paused.
 * 3. A wake-up reads a bounded number of times and of bytes, so that one busy child cannot keep the others waiting.
 * 4. A chunk belongs to its receiver.
 * 5. A pipe that is found full again and again gets larger, unless its size was chosen.
 * 6. Nothing is emitted on the stack of a caller: `close()` emits in a promise job.
 */
import { ReadPipeHandle, type BufferReceiver } from '@subwire/transport';
import { EAGAIN, EINTR } from '../native/constants.js';
import { native, type Native } from '../native/ffi.js';
import { giveBackOutput, growOutput, LARGEST_PIPE_BYTES, PIPE_BYTES } from './pipeCapacity.js';
import { HUNG_UP, poller, READABLE, type PollSlot, type PollTarget } from '../loop/poller.js';
import { ReadSlab } from './readSlab.js';
import { pipeFailure } from '../native/systemErrors.js';

/** Reads per wake-up. */
const MAX_READS = 8;
/** Bytes per wake-up that leave the next reads to the next turn. */
const MAX_BYTES = 1_048_576;
/** So many reads of all that a pipe holds tell that the child is waiting for us. */
const BUSY_READS = 4;

/** For pipes of the largest size, and for all others. */
const largeSlab = new ReadSlab(LARGEST_PIPE_BYTES);
const slab = new ReadSlab(2 * PIPE_BYTES);

/** The reading end. */
export class ReadPipe extends ReadPipeHandle implements PollTarget {
  readonly #native: Native = native();
  #fd = -1;
  #slot: PollSlot | null = null;
  #paused = true;
  #closed = false;
  #receiver: BufferReceiver | null = null;
  readonly #mayGrow: boolean;
  #capacity: number;
  #fullReads = 0;
  /** Bytes that the last read could have returned. */
  #asked = 0;

  /** @param chosenSize - What the pipe will hold at least, `null` if the system says. */
  constructor(chosenSize: number | null) {
    super();
    this.#mayGrow = chosenSize === null;
    this.#capacity = chosenSize ?? PIPE_BYTES;
  }

  /** Takes a non-blocking descriptor over. */
  open(fd: number): void {
    if (this.#closed) {
      this.#native.close(fd);
      return;
    }
    this.#fd = fd;
    if (!this.#paused) {
      this.#register();
    }
  }

  override resume(): void {
    this.#paused = false;
    this.#register();
  }

  override pause(): void {
    this.#paused = true;
  }

  override close(): void {
    this.#end(null, false);
  }

  override readInto(receiver: BufferReceiver | null): void {
    this.#receiver = receiver;
  }

  /** Closes without a word: the child never started. */
  drop(): void {
    this.#closed = true;
    this.#release();
  }

  onReady(events: number): void {
    if (this.#paused) {
      this.#unregister();
      return;
    }
    const hungUp = (events & HUNG_UP) !== 0;
    let bytes = 0;
    for (let reads = 0; reads < MAX_READS && bytes < MAX_BYTES && !this.#paused && !this.#closed; reads += 1) {
      const count = this.#readOnce();
      bytes += count;
      // A short read emptied the pipe; after a hang-up the next one finds the end without another wake-up.
      if (count < this.#asked && !hungUp) {
        return;
      }
    }
  }

  tryNow(): boolean {
    // A protocol with memory of its own is asked for it only when there is something.
    if (this.#paused || this.#closed || this.#receiver !== null) {
      return false;
    }
    return this.#readOnce() > 0 || this.#closed;
  }

  #register(): void {
    if (this.#slot !== null || this.#fd < 0) {
      return;
    }
    try {
      this.#slot = poller().add(this.#fd, READABLE, this);
    } catch (thrown) {
      this.#end(thrown instanceof Error ? thrown : null, false);
    }
  }

  #unregister(): void {
    if (this.#slot !== null) {
      poller().remove(this.#slot);
      this.#slot = null;
    }
  }

  /** Reads once and delivers; returns the number of bytes. */
  #readOnce(): number {
    const receiver = this.#receiver;
    // The system makes more than half of it the whole.
    const own = this.#capacity > LARGEST_PIPE_BYTES / 2 ? largeSlab : slab;
    let room: Uint8Array;
    try {
      room = receiver === null ? own.room : receiver.getBuffer(-1);
    } catch (thrown) {
      // The receiver reported it and closed this pipe.
      void thrown;
      return 0;
    }
    this.#asked = room.length;
    if (room.length === 0 || this.#paused || this.#closed) {
      // A read of no bytes returns 0, as at the end of the file.
      return 0;
    }
    const count = this.#native.read(this.#fd, room, room.length);
    if (count <= 0) {
      this.#onNothing(count);
      return 0;
    }
    if (this.#mayGrow && count >= PIPE_BYTES) {
      this.#watchLoad();
    }
    if (receiver !== null) {
      receiver.bufferUpdated(count);
    } else {
      this.emit('data', own.take(count));
    }
    return count;
  }

  #onNothing(count: number): void {
    if (count === 0) {
      this.#end(null, true);
      return;
    }
    const errno = this.#native.errno();
    if (errno !== EAGAIN && errno !== EINTR) {
      this.#end(pipeFailure('read', errno), true);
    }
  }

  /** Everything that the pipe holds was read at once. */
  #watchLoad(): void {
    this.#fullReads += 1;
    if (this.#fullReads === BUSY_READS) {
      this.#capacity = growOutput(this.#fd);
    }
  }

  #end(error: Error | null, inEvent: boolean): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    this.#release();
    if (inEvent) {
      this.emit('close', error);
    } else {
      void Promise.resolve().then(() => {
        this.emit('close', error);
      });
    }
  }

  #release(): void {
    this.#unregister();
    if (this.#fd >= 0) {
      this.#native.close(this.#fd);
      this.#fd = -1;
      if (this.#mayGrow) {
        giveBackOutput(this.#capacity);
      }
    }
  }
}
