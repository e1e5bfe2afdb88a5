/**
 * The state of a reader: what arrived, whether more will, who waits, and whether the transport is held back.
 *
 * 1. After data: pause the transport when more than 2 × limit bytes are there, unless a read waits for still more.
 * 2. After consumption: resume it at limit or below. A read that must wait resumes it whatever the count is.
 * 3. A stored exception hides the data: it is checked first.
 */
import { ValueError, type ReadTransport } from '@subwire/transport';
import { ChunkQueue } from '../search/chunkQueue.js';
import { InputSlab } from './inputSlab.js';
import { StreamStateError } from '../results/streamErrors.js';
import { WaiterSlot, type ReadNeed } from './waiterSlot.js';

/** What a reader needs of its transport. */
export type ReaderTransport = Pick<ReadTransport, 'pauseReading' | 'resumeReading' | 'close'>;

/** Somebody who has looked ahead: bytes that it handed out are still in the queue. */
export interface ReadAhead {
  /** Removes them from the queue and forgets the rest of what was seen. */
  endReadAhead(): void;
}

/** Chunks up to this size are copied together when they pile up: their administration would outweigh them. */
const SMALL_CHUNK_BYTES = 512;

/** The buffer below the read methods. */
export class ReadBuffer {
  readonly queue: ChunkQueue = new ChunkQueue();
  readonly limit: number;
  readonly #slot: WaiterSlot = new WaiterSlot(() => {
    this.#pauseIfFull();
  });
  readonly #slab = new InputSlab();
  /** Bytes that were offered to be filled and not reported yet; 0 if none. */
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

  /** Bytes to be read. */
  get length(): number {
    this.endReadAhead();
    return this.queue.length;
  }

  /** Whether the end was fed. */
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

  /** The name of the method that waits, `null` if none does. */
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

  /** Offers memory for the next data. */
  getBuffer(): Uint8Array<ArrayBuffer> {
    if (!this.#cancelled && this.#eof) {
      throw new StreamStateError('getBuffer() called after feedEof()');
    }
    const room = this.#slab.room();
    this.#offered = room.length;
    return room;
  }

  /** Takes over the first `count` bytes of the memory that was offered last. */
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

  /** Closes our end and drops what is buffered: every read sees the end from now on. */
  cancel(): void {
    if (!this.#cancelled) {
      this.#cancelled = true;
      this.endReadAhead();
      this.queue.clear();
      this.feedEof();
      this.#transport?.close();
    }
  }

  /** Notes who looked ahead; `settle` ends it. */
  setReadAhead(readAhead: ReadAhead | null): void {
    this.#readAhead = readAhead;
  }

  /** Brings the queue up to date. */
  endReadAhead(): void {
    const readAhead = this.#readAhead;
    this.#readAhead = null;
    readAhead?.endReadAhead();
  }

  /** Wakes the waiting read, which then sees for itself what is new. */
  wake(): void {
    this.#slot.wake();
  }

  /** What every read does before it looks at the data. */
  check(signal: AbortSignal | undefined): void {
    this.endReadAhead();
    if (this.#exception !== null) {
      throw this.#exception;
    }
    signal?.throwIfAborted();
  }

  /**
   * Tells whether there are fewer bytes than that, and more may come. A read asks it in a loop and takes its bytes right
   * after, because another read may come between its wake-up and its turn.
   */
  lacks(bytes: number): boolean {
    this.endReadAhead();
    return this.queue.length < bytes && !this.#eof;
  }

  /** Waits for what a read needs, or for the end; a paused transport is resumed. */
  wait(method: string, need: ReadNeed, signal: AbortSignal | undefined): Promise<void> {
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

  /** Removes and returns everything. */
  takeAll(): Uint8Array {
    return this.take(this.queue.length);
  }

  /** Call after bytes were removed from the queue. */
  consumed(): void {
    if (this.#paused && this.queue.length <= this.limit) {
      this.#resume();
    }
  }

  /** Tells whether data is welcome; after a cancel it is dropped, after the end it is a mistake. */
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
      // It cannot be held back, so all that comes is kept.
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

/** Readers give out plain arrays, whatever subclass came in. */
function plain(data: Uint8Array): Uint8Array {
  return data.constructor === Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.length);
}
