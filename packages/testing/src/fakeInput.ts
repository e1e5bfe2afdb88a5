/**
 * A pipe from the parent to a fake child.
 *
 * 1. A write that fits is taken at once, as by a kernel; the rest waits until the child reads.
 * 2. The parent's end closes when everything was taken after `end()`, or when nobody holds the reading end any more.
 * 3. The child sees the end when the parent has closed and everything was read.
 */
import { BrokenPipeError, WritePipeHandle } from '@subwire/transport';
import { ByteStore } from './byteStore.js';
import type { FakePipeSettings } from './fakeOutput.js';
import type { Channel } from './scheduler.js';

interface WaitingChunk {
  rest: Uint8Array;
  readonly flushed: (error?: Error | null) => void;
}

interface WaitingRead {
  readonly maxBytes: number;
  readonly settle: (bytes: Uint8Array) => void;
}

/** The parent's end, with the child's end behind the members that say so. */
export class FakeInput extends WritePipeHandle {
  readonly #settings: Pick<FakePipeSettings, 'scheduler' | 'capacityBytes'>;
  readonly #channel: Channel = {};
  readonly #store = new ByteStore();
  readonly #received = new ByteStore();
  readonly #waiting: WaitingChunk[] = [];
  readonly #reads: WaitingRead[] = [];
  #holders = 1;
  #ending = false;
  #closed = false;

  constructor(settings: Pick<FakePipeSettings, 'scheduler' | 'capacityBytes'>) {
    super();
    this.#settings = settings;
  }

  override write(chunk: Uint8Array, flushed: (error?: Error | null) => void): void {
    if (this.#closed) {
      this.#later(() => {
        flushed(new BrokenPipeError());
      });
      return;
    }
    const room = this.#waiting.length > 0 ? 0 : Math.max(0, this.#settings.capacityBytes - this.#store.length);
    this.#take(chunk.subarray(0, room));
    if (chunk.length <= room) {
      flushed();
    } else {
      this.#waiting.push({ rest: chunk.slice(room), flushed });
    }
    this.#serveReads();
  }

  override end(): void {
    this.#ending = true;
    this.#closeIfFlushed();
  }

  override destroy(): void {
    this.#close(new BrokenPipeError('the pipe was destroyed'));
  }

  /**
   * For the child: reads.
   * @param maxBytes - The most that is returned.
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
    if (this.#holders <= 0) {
      this.#close(new BrokenPipeError());
    }
  }

  /** For tests: everything that the parent wrote and the pipe took, also what nobody has read yet. */
  get received(): Uint8Array {
    return this.#received.peek();
  }

  /** For tests: whether the parent has closed its end. */
  get ended(): boolean {
    return this.#closed;
  }

  #take(bytes: Uint8Array): void {
    this.#store.push(bytes);
    this.#received.push(bytes);
  }

  #serveReads(): void {
    for (let read = this.#reads[0]; read !== undefined; read = this.#reads[0]) {
      if (this.#store.length === 0 && !this.#closed) {
        return;
      }
      this.#reads.shift();
      read.settle(this.#store.take(read.maxBytes));
      this.#refill();
    }
  }

  /** Room was made: what waited moves up, and its writer hears of it on a turn of its own. */
  #refill(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const room = this.#settings.capacityBytes - this.#store.length;
      this.#take(first.rest.subarray(0, room));
      first.rest = first.rest.subarray(room);
      if (first.rest.length > 0) {
        break;
      }
      this.#waiting.shift();
      const { flushed } = first;
      this.#later(() => {
        flushed();
      });
    }
    this.#closeIfFlushed();
  }

  #closeIfFlushed(): void {
    if (this.#ending && this.#waiting.length === 0) {
      this.#close(null);
    }
  }

  #close(error: Error | null): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    for (const { flushed } of this.#waiting.splice(0)) {
      this.#later(() => {
        flushed(error);
      });
    }
    this.#later(() => {
      this.emit('close', null);
    });
    this.#serveReads();
  }

  #later(task: () => void): void {
    this.#settings.scheduler.post(this.#channel, task);
  }
}
