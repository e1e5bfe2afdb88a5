import type { ReadPipeHandle, WritePipeHandle } from '@subwire/transport';
import { bytesOf } from '../bytes/bytes.js';
import { wholeNumber } from '../bytes/checks.js';
import { cutterFor, type Chunking } from '../bytes/chunking.js';
import { FakeInput } from './fakeInput.js';
import { makeFakeOutput, type WriteOutcome } from './fakeOutput.js';
import { Scheduler } from '../clock/scheduler.js';

/** Settings of an in-memory pipe. */
export interface MemoryPipeOptions {
  /** How data is cut into chunks. Default: `'written'`. */
  readonly chunking?: Chunking;
  /** Feeds `chunking: 'random'`. Default: 0. */
  readonly seed?: number;
  /** How much it holds. Default: 65 536 bytes. */
  readonly capacityBytes?: number;
}

/** Settings of an in-memory pipe that is written. */
export interface MemoryWritePipeOptions extends Pick<MemoryPipeOptions, 'capacityBytes'> {
  /** Whether the writer sees the reader's close before it writes. Default: `true`. */
  readonly peerClose?: boolean;
}

/** A pipe for `connectReadPipe`, with the writer's end for the test. */
export interface MemoryReadPipe {
  /** For `connectReadPipe`. */
  readonly pipe: ReadPipeHandle;
  /** Writes; settles when the pipe took everything (`'broken'` if it was closed). */
  write(text: string | Uint8Array): Promise<WriteOutcome>;
  /** Closes the writer's end. */
  end(): void;
  /** Makes the pipe fail under its reader, once everything in it was read. */
  fail(error: Error): void;
  /** Resolves when nothing is on its way any more. */
  settle(): Promise<void>;
}

/** A pipe for `connectWritePipe`, with the reader's end for the test. */
export interface MemoryWritePipe {
  /** For `connectWritePipe`. */
  readonly pipe: WritePipeHandle;
  /** Reads what is there, waiting only if there is nothing; an empty array is the end. */
  read(maxBytes?: number): Promise<Uint8Array>;
  /** Whether the writer has closed its end, and everything it wrote was taken. */
  readonly ended: boolean;
  /** Closes the reader's end. */
  close(): void;
  /** Resolves when nothing is on its way any more. */
  settle(): Promise<void>;
}

const DEFAULT_CAPACITY_BYTES = 65_536;

/** Makes a pipe in memory that is read through `connectReadPipe`. */
export function memoryReadPipe(options: MemoryPipeOptions = {}): MemoryReadPipe {
  const scheduler = new Scheduler();
  const pipe = makeFakeOutput({
    scheduler,
    capacityBytes: capacityOf(options),
    cutter: cutterFor(options.chunking ?? 'written', options.seed ?? 0),
    readInto: true,
  });
  let open = true;
  return {
    pipe,
    write: (text) => (open ? pipe.write(bytesOf(text)) : Promise.resolve('broken')),
    end: () => {
      if (open) {
        open = false;
        pipe.removeHolder();
      }
    },
    fail: (error) => {
      pipe.fail(error);
    },
    settle: () => scheduler.idle(),
  };
}

/** Makes a pipe in memory that is written through `connectWritePipe`. */
export function memoryWritePipe(options: MemoryWritePipeOptions = {}): MemoryWritePipe {
  const scheduler = new Scheduler();
  const pipe = new FakeInput({
    scheduler,
    capacityBytes: capacityOf(options),
    peerClose: options.peerClose ?? true,
    note: () => undefined,
  });
  let open = true;
  return {
    pipe,
    get ended() {
      return pipe.ended;
    },
    read: (maxBytes = DEFAULT_CAPACITY_BYTES) => pipe.read(maxBytes),
    close: () => {
      if (open) {
        open = false;
        pipe.removeHolder();
      }
    },
    settle: () => scheduler.idle(),
  };
}

function capacityOf(options: Pick<MemoryPipeOptions, 'capacityBytes'>): number {
  return wholeNumber(options.capacityBytes ?? DEFAULT_CAPACITY_BYTES, 'capacityBytes', 1);
}
