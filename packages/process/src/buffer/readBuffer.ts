/**
 * The state of a reader: the buffered bytes, the end or an exception, the read that waits, and whether the transport is
 * paused.
 *
 * 1. After data arrived, the transport is paused if more than 2 × limit bytes are buffered and no read waits.
 * 2. After bytes were consumed, it is resumed if `limit` bytes or fewer are left. A read that has to wait resumes it in any
 *    case.
 * 3. A stored exception comes first: every read throws it, whatever is buffered.
 *
 * | state     | data arrives               | `feedEof`         | `setException`      | `cancel`               | a read            |
 * | --------- | -------------------------- | ----------------- | ------------------- | ---------------------- | ----------------- |
 * | open      | append, wake the read      | ended, wake       | failed, reject      | cancelled, drop, close | takes, or waits   |
 * | ended     | throw `StreamStateError`   | -                 | failed              | cancelled, drop, close | takes, or the end |
 * | failed    | append                     | noted             | failed              | dropped, closed        | throws            |
 * | cancelled | drop                       | -                 | -                   | -                      | the end           |
 */
import { ValueError, type ReadTransport } from '@subwire/transport';
import type { Cancellation } from '../wait/stopSignal.js';
import { ChunkQueue } from '../search/chunkQueue.js';
import { InputSlab } from './inputSlab.js';
import { StreamStateError } from '../results/streamErrors.js';
import { WaiterSlot, type ReadNeed } from './waiterSlot.js';

/** The methods of a transport that a reader calls. */
export type ReaderTransport = Pick<ReadTransport, 'pauseReading' | 'resumeReading' | 'close'>;

/** An iterator that has read bytes of the queue in advance, and has not removed them from it yet. */
export interface ReadAhead {
  /** Removes the bytes of the results that were returned from the queue, and forgets the other ones. */
  endReadAhead(): void;
}

/** Chunks up to this size are copied together while others are buffered: each array alone would take more memory. */
const SMALL_CHUNK_BYTES = 512;

/** The buffer below the methods of `StreamReader`. */
export class ReadBuffer {
  readonly queue: ChunkQueue = new ChunkQueue();
  readonly limit: number;
  readonly #slot: WaiterSlot = new WaiterSlot(() => {
    this.#pauseIfFull();
  });
  readonly #slab = new InputSlab();
  /** Length of the memory that `getBuffer` offered last; 0 after `bufferUpdated`. */
  #offered = 0;
  #eof = false;
  #cancelled = false;
  #exception: Error | null = null;
  #transport: ReaderTransport | null = null;
  #canPause = true;
  #paused = false;
  #readAhead: ReadAhead | null = null;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Number of buffered bytes. */
  get length(): number {
    this.endReadAhead();
    return this.queue.length;
  }

  /** Whether `feedEof` was called, or `cancel`. */
  get eof(): boolean {
    return this.#eof;
  }

  get exception(): Error | null {
    return this.#exception;
  }

  get transport(): ReaderTransport | null {
    return this.#transport;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Name of the method that waits, `null` if none does. */
  get waiting(): string | null {
    return this.#slot.method;
  }

  setTransport(transport: ReaderTransport): void {
    if (this.#transport !== null) {
      throw new StreamStateError('Transport already set');
    }
    this.#transport = transport;
    if (this.#cancelled) {
      transport.close();
    }
  }

  feedData(data: Uint8Array): void {
    if (!(data instanceof Uint8Array)) {
      throw new TypeError(`expected a Uint8Array, got ${data === null ? 'null' : typeof data}`);
    }
    if (!this.#accepts('feedData') || data.length === 0) {
      return;
    }
    if (data.length <= SMALL_CHUNK_BYTES && this.queue.length > 0 && this.#offered === 0) {
      this.#slab.room(data.length).set(data);
      this.#append(this.#slab.fill(data.length));
    } else {
      this.#append(plain(data));
    }
  }

  /** Returns memory for the next data. */
  getBuffer(): Uint8Array<ArrayBuffer> {
    if (!this.#cancelled && this.#eof) {
      throw new StreamStateError('getBuffer() called after feedEof()');
    }
    const room = this.#slab.room();
    this.#offered = room.length;
    return room;
  }

  /** Appends the first `count` bytes of the memory that was offered last. */
  bufferUpdated(count: number): void {
    if (!Number.isInteger(count) || count < 0 || count > this.#offered) {
      throw new ValueError(`bufferUpdated(${count}) does not fit the ${this.#offered} bytes that were offered`);
    }
    this.#offered = 0;
    if (this.#accepts('bufferUpdated') && count > 0) {
      this.#append(this.#slab.fill(count));
    }
  }

  feedEof(): void {
    this.#eof = true;
    this.#slot.wake();
  }

  setException(error: Error): void {
    if (!this.#cancelled) {
      this.endReadAhead();
      this.#exception = error;
      this.#slot.fail(error);
    }
  }

  /** Closes our end of the pipe and drops the buffered bytes: every read returns the end from now on. */
  cancel(): void {
    if (!this.#cancelled) {
      this.#cancelled = true;
      this.endReadAhead();
      this.queue.clear();
      this.feedEof();
      this.#transport?.close();
    }
  }

  /** Stores the iterator that has read ahead, `null` for none. */
  setReadAhead(readAhead: ReadAhead | null): void {
    this.#readAhead = readAhead;
  }

  /** Ends a read-ahead, so that the queue begins with the first byte that no read has returned. */
  endReadAhead(): void {
    const readAhead = this.#readAhead;
    this.#readAhead = null;
    readAhead?.endReadAhead();
  }

  /** Wakes the waiting read, which then checks the state again. */
  wake(): void {
    this.#slot.wake();
  }

  /** The first step of every read: throws the stored exception, or the reason of an aborted signal. */
  check(signal: Cancellation | undefined): void {
    this.endReadAhead();
    if (this.#exception !== null) {
      throw this.#exception;
    }
    signal?.throwIfAborted();
  }

  /**
   * Tells whether fewer bytes are buffered and more may arrive. A read calls it in a loop, and takes its bytes right after
   * that: another read may run between the wake-up of this one and its continuation.
   */
  lacks(bytes: number): boolean {
    this.endReadAhead();
    return this.queue.length < bytes && !this.#eof;
  }

  /** Waits until a read has what it needs, or for the end. Resumes a paused transport. */
  wait(method: string, need: ReadNeed, signal: Cancellation | undefined): Promise<void> {
    this.check(signal);
    const woken = this.#slot.wait(method, need, signal);
    this.#resume();
    return woken;
  }

  /** Removes and returns `count` bytes. */
  take(count: number): Uint8Array {
    const bytes = this.queue.take(count);
    this.consumed();
    return bytes;
  }

  /** Removes and returns all bytes. */
  takeAll(): Uint8Array {
    return this.take(this.queue.length);
  }

  /** Has to be called after bytes were removed from the queue: resumes the transport if it is time. */
  consumed(): void {
    if (this.#paused && this.queue.length <= this.limit) {
      this.#resume();
    }
  }

  /** Tells whether data is appended. After `cancel` it is dropped; after `feedEof` it is an error of the caller. */
  #accepts(method: string): boolean {
    if (this.#cancelled) {
      return false;
    }
    if (this.#eof) {
      throw new StreamStateError(`${method}() called after feedEof()`);
    }
    return true;
  }

  #append(own: Uint8Array): void {
    if (!this.queue.grow(own)) {
      this.queue.push(own);
    }
    this.#arrived();
  }

  #arrived(): void {
    this.#slot.wakeIfReady(this.queue);
    this.#pauseIfFull();
  }

  #pauseIfFull(): void {
    const transport = this.#transport;
    if (
      transport === null ||
      !this.#canPause ||
      this.#paused ||
      this.#slot.method !== null ||
      this.queue.length <= 2 * this.limit
    ) {
      return;
    }
    try {
      transport.pauseReading();
      this.#paused = true;
    } catch (thrown) {
      if (!isNotSupported(thrown)) {
        throw thrown;
      }
      // This transport cannot be paused, so all data is buffered.
      this.#canPause = false;
    }
  }

  #resume(): void {
    if (this.#paused) {
      this.#paused = false;
      this.#transport?.resumeReading();
    }
  }
}

function isNotSupported(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_NOT_SUPPORTED';
}

/** Returns a `Uint8Array` that is no `Buffer` or other subclass. */
function plain(data: Uint8Array): Uint8Array {
  return data.constructor === Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.length);
}
