/**
 * A pipe from a fake child to its parent.
 *
 * 1. What the child writes waits in the pipe, as much as it holds; more waits with the writer.
 * 2. The parent gets it only while it reads, one chunk a turn, cut as the backend was told.
 * 3. The parent sees the end when nobody holds the writing end any more, neither the child nor a descendant, and a
 *    failure of the pipe when everything in it was read.
 */
import { ReadPipeHandle, type BufferReceiver } from '@subwire/transport';
import { ByteStore } from '../bytes/byteStore.js';
import type { Cutter } from '../bytes/chunking.js';
import type { Channel, Scheduler } from '../clock/scheduler.js';

/** Settings of the pipes of a fake child. */
export interface FakePipeSettings {
  readonly scheduler: Pick<Scheduler, 'post'>;
  readonly capacityBytes: number;
  readonly cutter: Cutter;
  /** Whether the parent may have it read straight into its memory. */
  readonly readInto: boolean;
}

/** What a write into a fake pipe came to: all of it is in the pipe, or nobody reads any more. */
export type WriteOutcome = 'taken' | 'broken';

interface WaitingWrite {
  rest: Uint8Array;
  readonly settle: (outcome: WriteOutcome) => void;
}

/** The parent's end, with the child's end behind the members that say so. */
export class FakeOutput extends ReadPipeHandle {
  readonly #settings: FakePipeSettings;
  readonly #channel: Channel = {};
  readonly #store = new ByteStore();
  readonly #waiting: WaitingWrite[] = [];
  #holders = 1;
  #reading = false;
  #posted = false;
  #closed = false;
  #failure: Error | null = null;
  /** For the pipe that reads into memory of the parent's. */
  protected receiver: BufferReceiver | null = null;

  constructor(settings: FakePipeSettings) {
    super();
    this.#settings = settings;
  }

  override resume(): void {
    this.#reading = true;
    this.#post();
  }

  override pause(): void {
    this.#reading = false;
  }

  override close(): void {
    if (!this.#closed) {
      this.#closed = true;
      this.#store.clear();
      this.#breakWriters();
      this.#postClose();
    }
  }

  /** For the child: writes; the promise settles when the pipe took everything. */
  write(bytes: Uint8Array): Promise<WriteOutcome> {
    if (this.#closed) {
      return Promise.resolve('broken');
    }
    return new Promise((settle) => {
      this.#waiting.push({ rest: bytes.slice(), settle });
      this.#fill();
    });
  }

  /** For the child: one more process holds the writing end. */
  addHolder(): void {
    this.#holders += 1;
  }

  /** For the child: one process less holds the writing end. */
  removeHolder(): void {
    this.#holders -= 1;
    this.#post();
  }

  /** For tests: the pipe fails under the parent. */
  fail(error: Error): void {
    this.#failure = error;
    this.#post();
  }

  /** For tests: bytes that the child wrote and the parent has not read. */
  get unreadBytes(): number {
    return this.#store.length + this.#waiting.reduce((sum, { rest }) => sum + rest.length, 0);
  }

  get #hasEnded(): boolean {
    const isEmpty = this.#store.length === 0 && this.#waiting.length === 0;
    return isEmpty && (this.#failure !== null || this.#holders <= 0);
  }

  #fill(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const room = this.#settings.capacityBytes - this.#store.length;
      this.#store.push(first.rest.subarray(0, room));
      first.rest = first.rest.subarray(room);
      if (first.rest.length > 0) {
        break;
      }
      this.#waiting.shift();
      first.settle('taken');
    }
    this.#post();
  }

  #post(): void {
    const something = this.#store.length > 0 || this.#hasEnded;
    if (this.#posted || this.#closed || !this.#reading || !something) {
      return;
    }
    this.#posted = true;
    this.#settings.scheduler.post(this.#channel, () => {
      this.#posted = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (this.#closed || !this.#reading) {
      return;
    }
    if (this.#hasEnded) {
      this.#closed = true;
      this.#breakWriters();
      this.emit('close', this.#failure);
      return;
    }
    const length = this.#settings.cutter.nextLength(this.#store);
    if (this.receiver === null) {
      this.emit('data', this.#store.take(length));
    } else {
      this.#fillMemory(this.receiver, length);
    }
    this.#fill();
  }

  #fillMemory(receiver: BufferReceiver, length: number): void {
    let room: Uint8Array;
    try {
      room = receiver.getBuffer(length);
    } catch (thrown) {
      // Reported where it was thrown; the transport has closed us by now.
      return void thrown;
    }
    if (room.length === 0 || !this.#reading || this.#closed || this.receiver !== receiver) {
      // It wants nothing now, or no longer in its memory.
      return;
    }
    const chunk = this.#store.take(Math.min(length, room.length));
    room.set(chunk);
    receiver.bufferUpdated(chunk.length);
  }

  #breakWriters(): void {
    for (const { settle } of this.#waiting.splice(0)) {
      settle('broken');
    }
  }

  #postClose(): void {
    this.#settings.scheduler.post(this.#channel, () => {
      this.emit('close', null);
    });
  }
}

/** The same, able to read straight into memory of the parent's. */
class FakeBufferedOutput extends FakeOutput {
  override readInto(receiver: BufferReceiver | null): void {
    this.receiver = receiver;
  }
}

/** Makes the pipe that fits the settings. */
export function makeFakeOutput(settings: FakePipeSettings): FakeOutput {
  return settings.readInto ? new FakeBufferedOutput(settings) : new FakeOutput(settings);
}
