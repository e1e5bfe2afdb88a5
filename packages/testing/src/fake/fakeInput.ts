/**
 * A pipe from the parent to a fake child.
 *
 * 1. A write that fits is taken at once, as by a kernel; the rest waits until the child reads.
 * 2. The parent's end closes when everything was taken after `end()`, or when nobody holds the reading end any more: at
 *    once, or with the next write if the backend cannot see it earlier.
 * 3. The child sees the end when the parent has closed and everything was read.
 */
import { Fifo } from '@subwire/transport';
import { ByteStore } from '../bytes/byteStore.js';
import { joinBytes, showBytes } from '../bytes/bytes.js';
import { PostedInput, type Flushed } from './postedInput.js';
import { restLength } from './waitingBytes.js';
import type { Scheduler } from '../clock/scheduler.js';

/** Settings of the input of a fake child. */
export interface FakeInputSettings {
  readonly scheduler: Pick<Scheduler, 'post'>;
  readonly capacityBytes: number;
  /** Whether the parent sees that nobody reads any more before it writes. */
  readonly peerClose: boolean;
  /** Takes note of what the parent does. */
  readonly note: (what: string) => void;
}

interface WaitingChunk {
  rest: Uint8Array;
  readonly flushed: Flushed;
}

interface WaitingRead {
  readonly maxBytes: number;
  readonly settle: (bytes: Uint8Array) => void;
}

/** The parent's end, with the child's end behind the members that say so. */
export class FakeInput extends PostedInput<WaitingChunk> {
  readonly #settings: FakeInputSettings;
  readonly #store = new ByteStore();
  readonly #received: Uint8Array[] = [];
  readonly #reads = new Fifo<WaitingRead>();
  #holders = 1;
  #ending = false;
  #ended = false;

  constructor(settings: FakeInputSettings) {
    super(settings.scheduler);
    this.#settings = settings;
  }

  override write(chunk: Uint8Array, flushed: Flushed): void {
    this.#settings.note(`stdin ${showBytes(chunk)}`);
    if (this.isClosed || this.#holders <= 0) {
      this.refuse(flushed);
      this.#close();
      return;
    }
    const room = this.waiting.length > 0 ? 0 : Math.max(0, this.#settings.capacityBytes - this.#store.length);
    this.#take(chunk.subarray(0, room));
    if (chunk.length <= room) {
      flushed();
    } else {
      this.waiting.push({ rest: chunk.slice(room), flushed });
    }
    this.#serveReads();
  }

  override end(): void {
    this.#ending = true;
    this.#closeIfFlushed();
  }

  override destroy(): void {
    this.#noteEnd('destroyed');
    this.#close();
  }

  /**
   * For the child: reads.
   * @param maxBytes - The most that is returned, at least 1.
   * @returns what is there, waiting only if there is nothing; an empty array at the end.
   */
  read(maxBytes: number): Promise<Uint8Array> {
    return new Promise((settle) => {
      this.#reads.push({ maxBytes, settle });
      this.#serveReads();
    });
  }

  /** For the child: one more process holds the reading end. */
  addHolder(): void {
    this.#holders += 1;
  }

  /** For the child: one process less holds the reading end. */
  removeHolder(): void {
    this.#holders -= 1;
    if (this.#holders <= 0 && (this.#settings.peerClose || this.waiting.length > 0)) {
      this.#close();
    }
  }

  /** For tests: everything that the parent wrote and the pipe took, also what nobody has read yet. */
  get received(): Uint8Array {
    return joinBytes(this.#received);
  }

  /** For tests: bytes that the parent wrote and the pipe has no room for. */
  get stalledBytes(): number {
    return restLength(this.waiting);
  }

  /** For tests: whether the parent has closed its end, and everything it wrote was taken. */
  get ended(): boolean {
    return this.#ended;
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.#store.push(bytes);
      this.#received.push(bytes.slice());
    }
  }

  #serveReads(): void {
    for (let read = this.#reads.peek(); read !== undefined; read = this.#reads.peek()) {
      if (this.#store.length === 0 && !this.isClosed) {
        return;
      }
      this.#reads.shift();
      read.settle(this.#store.take(read.maxBytes));
      this.#refill();
    }
  }

  /** Room was made: what waited moves up, and its writer hears of it on a turn of its own. */
  #refill(): void {
    for (let first = this.waiting.peek(); first !== undefined; first = this.waiting.peek()) {
      const room = this.#settings.capacityBytes - this.#store.length;
      this.#take(first.rest.subarray(0, room));
      first.rest = first.rest.subarray(room);
      if (first.rest.length > 0) {
        break;
      }
      this.flushFirst();
    }
    this.#closeIfFlushed();
  }

  #closeIfFlushed(): void {
    if (this.#ending && this.waiting.length === 0) {
      this.#noteEnd('closed');
      this.#close();
    }
  }

  #noteEnd(how: string): void {
    if (!this.isClosed) {
      this.#ended = true;
      this.#settings.note(`stdin ${how}`);
    }
  }

  #close(): void {
    if (!this.isClosed) {
      this.shut(null);
      this.#serveReads();
    }
  }
}
