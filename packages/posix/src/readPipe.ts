/**
 * Our end of a pipe that the child writes.
 *
 * 1. Born paused and without a descriptor; it gets one when the child is started.
 * 2. `pause()` costs nothing: the registration ends only if an event arrives while paused.
 * 3. A wake-up makes a bounded number of reads, so that one busy child cannot keep the others waiting.
 * 4. A chunk belongs to its receiver: a large one is a part of the slab, which is never filled again, a small one is
 *    copied out of it and keeps nothing else alive.
 * 5. Nothing is emitted on the stack of a caller: `close()` emits in a microtask.
 */
import { ReadPipeHandle, type BufferReceiver } from '@subwire/transport';
import { EAGAIN, EINTR } from './constants.js';
import { native, type Native } from './ffi.js';
import { BUSY_PIPE_BYTES, growPipe } from './pipes.js';
import { HUNG_UP, poller, READABLE, type PollSlot, type PollTarget } from './poller.js';
import { pipeFailure } from './systemErrors.js';

/** What a pipe holds unless it was made larger. */
const PIPE_BYTES = 65_536;
/** As much as a busy pipe holds: what is in it comes as one chunk, and reads that follow lie in memory side by side. */
const SLAB_BYTES = BUSY_PIPE_BYTES;
/** Chunks from this size on are parts of the slab, which lives as long as the last of them. */
const LARGE_BYTES = 32_768;
/** A line of text, most often. */
const TINY_BYTES = 128;
/** Reads per wake-up. */
const MAX_READS = 4;
/** So many reads of a full pipe tell that the child is waiting for us. */
const BUSY_READS = 4;

/** The memory of the next read; all pipes share it, because a read is over before the next one begins. */
let slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);

/** The reading end. */
export class ReadPipe extends ReadPipeHandle implements PollTarget {
  readonly #native: Native = native();
  #fd = -1;
  #slot: PollSlot | null = null;
  #paused = true;
  #closed = false;
  #receiver: BufferReceiver | null = null;
  #fullReads = 0;

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
    for (let reads = 0; reads < MAX_READS && !this.#paused && !this.#closed; reads += 1) {
      // A short read emptied the pipe; after a hang-up the next one finds the end without another wake-up.
      if (this.#readOnce() !== 'full' && !hungUp) {
        return;
      }
    }
  }

  tryNow(): boolean {
    // A protocol with memory of its own is asked for it only when there is something.
    if (this.#paused || this.#closed || this.#receiver !== null) {
      return false;
    }
    return this.#readOnce() !== 'nothing' || this.#closed;
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

  /** Reads once and delivers; after a full read there may be more. */
  #readOnce(): 'full' | 'short' | 'nothing' {
    const receiver = this.#receiver;
    let room: Uint8Array = slab;
    if (receiver !== null) {
      try {
        room = receiver.getBuffer(-1);
      } catch (thrown) {
        // The receiver reported it and closed this pipe.
        void thrown;
        return 'nothing';
      }
    }
    const count = this.#native.read(this.#fd, room, room.length);
    if (count <= 0) {
      this.#onNothing(count);
      return 'nothing';
    }
    this.#watchLoad(count);
    if (receiver !== null) {
      receiver.bufferUpdated(count);
    } else {
      this.emit('data', takeChunk(count));
    }
    return count === room.length ? 'full' : 'short';
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

  /** A child that fills its pipe again and again gets a larger one. */
  #watchLoad(count: number): void {
    if (count >= PIPE_BYTES) {
      this.#fullReads += 1;
      if (this.#fullReads === BUSY_READS) {
        growPipe(this.#fd);
      }
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
      queueMicrotask(() => {
        this.emit('close', error);
      });
    }
  }

  #release(): void {
    this.#unregister();
    if (this.#fd >= 0) {
      this.#native.close(this.#fd);
      this.#fd = -1;
    }
  }
}

/** Returns what was read, as the receiver's own; small chunks come from Node's pool, as everywhere in Node. */
function takeChunk(count: number): Uint8Array {
  if (count <= TINY_BYTES) {
    return copyOfTiny(slab, count);
  }
  const filled = slab.subarray(0, count);
  if (count < LARGE_BYTES) {
    const chunk = Buffer.allocUnsafe(count);
    chunk.set(filled);
    return chunk;
  }
  // What is left is worth a read as long as a pipe that is not busy cannot hold more.
  const left = slab.length - count;
  slab = left >= PIPE_BYTES ? slab.subarray(count) : Buffer.allocUnsafeSlow(SLAB_BYTES);
  return filled;
}

/** Byte by byte: for a line or so that takes less time than the calls which copy memory. */
function copyOfTiny(from: Uint8Array, count: number): Uint8Array {
  const chunk = Buffer.allocUnsafe(count);
  for (let at = 0; at < count; at += 1) {
    chunk[at] = from[at] ?? 0;
  }
  return chunk;
}
