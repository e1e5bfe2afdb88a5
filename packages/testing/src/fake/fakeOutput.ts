/**
 * A pipe from a fake child to its parent.
 *
 * 1. The pipe takes as many bytes of a write as it has room for. The rest waits until the parent reads.
 * 2. While the parent reads, it gets one chunk in each turn, cut by the cutter.
 * 3. After all bytes were read, the parent gets the end if no process holds the writing end any more (the child or a
 *    descendant), or the failure of the pipe if it failed.
 *
 * | state   | write                  | a turn                                        | `pause` | `resume` | `close`              |
 * | ------- | ---------------------- | --------------------------------------------- | ------- | -------- | -------------------- |
 * | paused  | take, or wait for room | -                                             | -       | reading  | closed, break writes |
 * | reading | take, or wait for room | one chunk; after the last one the end: closed | paused  | -        | closed, break writes |
 * | closed  | 'broken'               | -                                             | -       | -        | -                    |
 */
import { Fifo, ReadPipeHandle, type BufferReceiver } from '@subwire/transport';
import { ByteStore } from '../bytes/byteStore.js';
import type { Cutter } from '../bytes/chunking.js';
import type { Channel, Scheduler } from '../clock/scheduler.js';
import { restLength } from './waitingBytes.js';

/** Options of an output of a fake child. */
export interface FakePipeSettings {
  readonly scheduler: Pick<Scheduler, 'post'>;
  readonly capacityBytes: number;
  readonly cutter: Cutter;
  /** Whether the parent can let it read into memory of its own. */
  readonly readInto: boolean;
}

/** The result of a write into a fake pipe: `'taken'` by the pipe, or `'broken'` because the reader closed it. */
export type WriteOutcome = 'taken' | 'broken';

interface WaitingWrite {
  rest: Uint8Array;
  readonly settle: (outcome: WriteOutcome) => void;
}

/** The parent's end. The members that are marked "for the child" are the child's end. */
export class FakeOutput extends ReadPipeHandle {
  readonly #settings: FakePipeSettings;
  readonly #channel: Channel = {};
  readonly #store = new ByteStore();
  readonly #waiting = new Fifo<WaitingWrite>();
  #holders = 1;
  #reading = false;
  #posted = false;
  #closed = false;
  #failure: Error | null = null;
  /** Set by a pipe that reads into memory of the parent. */
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

  /** For the child: writes; resolves when the pipe took everything, or was closed. */
  write(bytes: Uint8Array): Promise<WriteOutcome> {
    if (this.#closed) {
      return Promise.resolve('broken');
    }
    return new Promise((settle) => {
      this.#waiting.push({ rest: bytes.slice(), settle });
      this.#fill();
    });
  }

  /** For the child: counts one more process that holds the writing end. */
  addHolder(): void {
    this.#holders += 1;
  }

  /** For the child: counts one process less that holds the writing end. */
  removeHolder(): void {
    this.#holders -= 1;
    this.#post();
  }

  /** For tests: makes the pipe fail after all of its bytes were read. */
  fail(error: Error): void {
    this.#failure = error;
    this.#post();
  }

  /** For tests: number of bytes that were written and not read. */
  get unreadBytes(): number {
    return this.#store.length + restLength(this.#waiting);
  }

  get #hasEnded(): boolean {
    const isEmpty = this.#store.length === 0 && this.#waiting.length === 0;
    return isEmpty && (this.#failure !== null || this.#holders <= 0);
  }

  #fill(): void {
    for (let first = this.#waiting.peek(); first !== undefined; first = this.#waiting.peek()) {
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
    for (let first = this.#waiting.shift(); first !== undefined; first = this.#waiting.shift()) {
      first.settle('broken');
    }
  }

  #postClose(): void {
    this.#settings.scheduler.post(this.#channel, () => {
      this.emit('close', null);
    });
  }
}

/** An output that can read into memory of the parent. */
class FakeBufferedOutput extends FakeOutput {
  override readInto(receiver: BufferReceiver | null): void {
    this.receiver = receiver;
  }
}

/** Returns an output for the given options. */
export function makeFakeOutput(settings: FakePipeSettings): FakeOutput {
  return settings.readInto ? new FakeBufferedOutput(settings) : new FakeOutput(settings);
}
