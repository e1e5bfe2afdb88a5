/**
 * A pipe between two fake children.
 *
 * 1. It takes as many bytes of a write as it has room for. The rest waits until somebody reads.
 * 2. A reader gets the bytes that are there; it waits if there are none. It reads the end when no process holds the writing
 *    end any more and all bytes were read.
 * 3. When no process holds the reading end any more, all bytes are dropped, and every write breaks.
 * 4. Our copies of the ends count as holders until `close()`.
 *
 * | state     | write                  | read                    | the last writer lets go | the last reader lets go   |
 * | --------- | ---------------------- | ----------------------- | ----------------------- | ------------------------- |
 * | open      | take, or wait for room | bytes, or wait for some | no writer: ends reads   | no reader: breaks writes  |
 * | no writer | -                      | bytes, then the end     | -                       | -                         |
 * | no reader | 'broken'               | -                       | -                       | -                         |
 */
import {
  Fifo,
  PipeEnd,
  showByteString,
  SpawnError,
  ValueError,
  type ChildPipe,
  type SpawnRequest,
} from '@subwire/transport';
import { ByteStore } from '../bytes/byteStore.js';
import type { WriteOutcome } from './fakeOutput.js';

interface WaitingWrite {
  rest: Uint8Array;
  readonly settle: (outcome: WriteOutcome) => void;
}

interface WaitingRead {
  readonly maxBytes: number;
  readonly settle: (bytes: Uint8Array) => void;
}

/** One end of a pipe between two fake children. */
export class FakePipeEnd extends PipeEnd {
  override readonly backendName = 'fake';
  readonly pipe: FakeChildPipe;
  readonly #side: 'reader' | 'writer';

  constructor(pipe: FakeChildPipe, side: 'reader' | 'writer') {
    super();
    this.pipe = pipe;
    this.#side = side;
  }

  /** Counts one more process that holds this end. */
  addHolder(): void {
    this.pipe.count(this.#side, 1);
  }

  /** Counts one process less that holds this end. */
  removeHolder(): void {
    this.pipe.count(this.#side, -1);
  }
}

/** The pipe itself, and our copies of its ends. */
export class FakeChildPipe implements ChildPipe {
  readonly reader: FakePipeEnd = new FakePipeEnd(this, 'reader');
  readonly writer: FakePipeEnd = new FakePipeEnd(this, 'writer');
  readonly #capacityBytes: number;
  readonly #store = new ByteStore();
  readonly #writes = new Fifo<WaitingWrite>();
  readonly #reads = new Fifo<WaitingRead>();
  readonly #holders = { reader: 1, writer: 1 };
  #isClosed = false;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  /** Whether our copies are closed: then no further child can get an end. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.reader.removeHolder();
      this.writer.removeHolder();
    }
  }

  /** For the child that writes; resolves when the pipe took everything, or nobody reads it. */
  write(bytes: Uint8Array): Promise<WriteOutcome> {
    return new Promise((settle) => {
      this.#writes.push({ rest: bytes.slice(), settle });
      this.#move();
    });
  }

  /** For the child that reads; resolves with an empty array at the end. */
  read(maxBytes: number): Promise<Uint8Array> {
    return new Promise((settle) => {
      this.#reads.push({ maxBytes, settle });
      this.#move();
    });
  }

  /** For the ends: counts their holders. */
  count(side: 'reader' | 'writer', change: 1 | -1): void {
    this.#holders[side] += change;
    this.#move();
  }

  #move(): void {
    let before: number;
    do {
      before = this.#writes.length + this.#reads.length;
      this.#takeWrites();
      this.#serveReads();
    } while (this.#writes.length + this.#reads.length < before);
  }

  #takeWrites(): void {
    const isBroken = this.#holders.reader <= 0;
    for (let first = this.#writes.peek(); first !== undefined; first = this.#writes.peek()) {
      const room = isBroken ? 0 : this.#capacityBytes - this.#store.length;
      this.#store.push(first.rest.subarray(0, room));
      first.rest = first.rest.subarray(room);
      if (first.rest.length > 0 && !isBroken) {
        return;
      }
      this.#writes.shift();
      first.settle(isBroken ? 'broken' : 'taken');
    }
  }

  #serveReads(): void {
    const isOver = (): boolean => this.#holders.writer <= 0 && this.#writes.length === 0;
    for (let first = this.#reads.peek(); first !== undefined; first = this.#reads.peek()) {
      if (this.#store.length === 0 && !isOver()) {
        return;
      }
      this.#reads.shift();
      first.settle(this.#store.take(first.maxBytes));
    }
  }
}

/**
 * Checks the ends of pipes between children, as a system does.
 * @throws {ValueError} for one that is not of a fake backend.
 * @throws {SpawnError} for one that was closed.
 */
export function requireOpenEnds({ stdio, program }: SpawnRequest): void {
  for (const slot of stdio.values()) {
    if (slot.kind !== 'end') {
      continue;
    }
    if (!(slot.end instanceof FakePipeEnd)) {
      throw new ValueError(`an end of a pipe of the ${slot.end.backendName} backend is nothing to the fake backend`);
    }
    if (slot.end.pipe.isClosed) {
      const reason = 'the end of a pipe given for the child is closed';
      throw new SpawnError('EBADF', { stage: 'stdio', program: showByteString(program), path: null, reason });
    }
  }
}
