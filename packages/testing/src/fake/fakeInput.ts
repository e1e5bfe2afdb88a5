/**
 * A pipe from the parent to a fake child.
 *
 * 1. The pipe takes as many bytes of a write as it has room for at once, as in a kernel. The rest waits until the child
 *    reads.
 * 2. After `end()` the parent's end closes when the pipe took everything. It also closes when no process holds the reading
 *    end any more: at once with `peerClose`, else at the next write.
 * 3. The child reads the end when the parent has closed and all bytes were read.
 *
 * | state  | write                  | the child reads                | `end`                   | no reader is left  | `fail` |
 * | ------ | ---------------------- | ------------------------------ | ----------------------- | ------------------ | ------ |
 * | open   | take, or wait for room | bytes, or waits                | ending; closed if empty | closed, see rule 2 | closed |
 * | ending | -                      | bytes; closed if all are taken | -                       | closed, see rule 2 | closed |
 * | closed | refuse with `EPIPE`    | bytes, then the end            | -                       | -                  | -      |
 */
import { Fifo } from '@subwire/transport';
import { ByteStore } from '../bytes/byteStore.js';
import { joinBytes, showBytes } from '../bytes/bytes.js';
import { PostedInput, type Flushed } from './postedInput.js';
import { restLength } from './waitingBytes.js';
import type { Scheduler } from '../clock/scheduler.js';

/** Options of the stdin of a fake child. */
export interface FakeInputSettings {
  readonly scheduler: Pick<Scheduler, 'post'>;
  readonly capacityBytes: number;
  /** Whether the parent notices before its next write that no process holds the reading end any more. */
  readonly peerClose: boolean;
  /** Adds a line to the timeline. */
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

/** The parent's end. The members that are marked "for the child" are the child's end. */
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
   * For the child: reads; waits only if no bytes are in the pipe.
   * @param maxBytes - Most bytes to read, at least 1.
   * @returns the bytes; an empty array at the end.
   */
  read(maxBytes: number): Promise<Uint8Array> {
    return new Promise((settle) => {
      this.#reads.push({ maxBytes, settle });
      this.#serveReads();
    });
  }

  /** For the child: counts one more process that holds the reading end. */
  addHolder(): void {
    this.#holders += 1;
  }

  /** For the child: counts one process less that holds the reading end. */
  removeHolder(): void {
    this.#holders -= 1;
    if (this.#holders <= 0 && (this.#settings.peerClose || this.waiting.length > 0)) {
      this.#close();
    }
  }

  /** For tests: makes the pipe fail. Waiting writes are refused with the error, and the child reads the end. */
  fail(error: Error): void {
    if (!this.isClosed) {
      this.shut(error);
      this.#serveReads();
    }
  }

  /** For tests: all bytes that the pipe took, also those that were not read yet. */
  get received(): Uint8Array {
    return joinBytes(this.#received);
  }

  /** For tests: number of bytes that wait for room in the pipe. */
  get stalledBytes(): number {
    return restLength(this.waiting);
  }

  /** For tests: whether the parent has closed its end, and the pipe took everything that it wrote. */
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

  /** After bytes were read: takes bytes of waiting writes. A write that was taken whole is reported in a later turn. */
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
