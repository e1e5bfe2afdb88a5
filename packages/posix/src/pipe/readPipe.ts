/**
 * Our end of a pipe that the child writes.
 *
 * | state      | `open(fd)`     | `resume()`       | `pause()` | ready            | end or failure | `close()`, `drop()` |
 * | ---------- | -------------- | ---------------- | --------- | ---------------- | -------------- | ------------------- |
 * | unopened   | paused/reading | notes it         | notes it  | -                | -              | closed              |
 * | paused     | -              | register: reading | -        | -                | -              | closed              |
 * | held back  | -              | reading          | -         | unregister: paused | -            | closed              |
 * | reading    | -              | -                | held back | read, deliver    | closed         | closed              |
 * | closed     | closes the fd  | -                | -         | -                | -              | -                   |
 *
 * 1. Born paused and without a descriptor; it gets one when the child is started.
 * 2. "Held back" is paused and still registered: `pause()` costs no system call unless an event arrives.
 * 3. Polling is level-triggered: what a wake-up leaves in the pipe is reported again in the next turn. So a wake-up reads a
 *    bounded number of times and of bytes, and one busy child cannot keep the others waiting.
 * 4. A chunk belongs to its receiver, with all of its `ArrayBuffer`.
 * 5. The end of the file is a read of 0 bytes into memory that had room, nothing else.
 * 6. A pipe that is found full again and again gets larger, unless its size was chosen. A socket pair stays as it is.
 * 7. Every failure is a `SubprocessError`, also that of the registration. `close` is emitted once; never on the stack of a
 *    caller: `close()` and `resume()` emit it in a microtask.
 */
import { ReadPipeHandle, ValueError, type BufferReceiver } from '@subwire/transport';
import { EAGAIN, EINTR, SHUT_RD } from '../native/constants.js';
import { native, type Native } from '../native/ffi.js';
import { giveBackOutput, growOutput, PIPE_BYTES } from './pipeCapacity.js';
import { HUNG_UP, poller, READABLE, type PollSlot, type PollTarget } from '../loop/poller.js';
import type { PipeShape } from './pipes.js';
import { ownChunk, pipeClosed, pipeOpened, READ_BYTES, readMemory } from './readMemory.js';
import { pipeFailure, toPipeFailure } from '../native/systemErrors.js';

/** Reads per wake-up: as many as a pipe of the largest size takes. */
const MAX_READS = 9;
/** Bytes per wake-up that leave the next reads to the next turn. */
const MAX_BYTES = 1_048_576;
/** So many reads of all that a pipe holds tell that the child is waiting for us. */
const BUSY_READS = 4;

/** The reading end. */
export class ReadPipe extends ReadPipeHandle implements PollTarget {
  readonly #native: Native = native();
  #fd = -1;
  #slot: PollSlot | null = null;
  #paused = true;
  #closed = false;
  #receiver: BufferReceiver | null = null;
  readonly #isSocket: boolean;
  readonly #mayGrow: boolean;
  #capacity: number;
  #fullReads = 0;
  /** Bytes that the last read could have returned. */
  #asked = 0;

  constructor({ kind, size }: PipeShape) {
    super();
    this.#isSocket = kind === 'socket';
    this.#mayGrow = size === null && !this.#isSocket;
    this.#capacity = size ?? PIPE_BYTES;
  }

  /** Takes a non-blocking descriptor over. */
  open(fd: number): void {
    if (this.#closed) {
      this.#native.close(fd);
      return;
    }
    this.#fd = fd;
    pipeOpened();
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

  /** The speculative read: without asking whether there is anything. */
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
      this.#end(toPipeFailure(thrown), false);
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
    if (receiver !== null) {
      return this.#readInto(receiver);
    }
    const count = this.#read(readMemory(), READ_BYTES);
    if (count > 0) {
      this.emit('data', ownChunk(count));
    }
    return count;
  }

  /** Reads once into memory of the receiver; returns the number of bytes. */
  #readInto(receiver: BufferReceiver): number {
    this.#asked = 0;
    let room: Uint8Array;
    try {
      room = receiver.getBuffer(-1);
    } catch (thrown) {
      // The transport reported it and closed this pipe before; another receiver did not.
      this.#end(thrown instanceof Error ? thrown : toPipeFailure(thrown), true);
      return 0;
    }
    if (this.#paused || this.#closed || this.#receiver !== receiver) {
      return 0;
    }
    if (room.length === 0) {
      // A read of no bytes returns 0, as at the end of the file.
      this.#end(new ValueError('getBuffer() returned an empty buffer'), true);
      return 0;
    }
    const count = this.#read(room, room.length);
    if (count > 0) {
      receiver.bufferUpdated(count);
    }
    return count;
  }

  /** Returns the number of bytes that were read, 0 if there are none; sees to the end and to failures. */
  #read(memory: Uint8Array, most: number): number {
    this.#asked = most;
    const count = this.#native.read(this.#fd, memory, most);
    if (count <= 0) {
      this.#onNothing(count);
      return 0;
    }
    if (this.#mayGrow && count >= PIPE_BYTES) {
      this.#watchLoad();
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
      if (this.#isSocket) {
        this.#emptySocket();
      }
      this.#native.close(this.#fd);
      this.#fd = -1;
      pipeClosed();
      if (this.#mayGrow) {
        giveBackOutput(this.#capacity);
      }
    }
  }

  /**
   * A socket that is closed with something in it resets the connection, and the child would see ECONNRESET where a pipe gives
   * it SIGPIPE. After the shutdown it can send no more, so what is left ends.
   */
  #emptySocket(): void {
    this.#native.shutdown(this.#fd, SHUT_RD);
    while (this.#native.read(this.#fd, readMemory(), READ_BYTES) > 0);
  }
}
