import type { ReadPipeHandle, WritePipeHandle } from '@subwire/transport';
import { cutterFor, type Chunking } from './chunking.js';
import { FakeInput } from './fakeInput.js';
import { FakeOutput } from './fakeOutput.js';
import { Scheduler } from './scheduler.js';

/** Settings of an in-memory pipe. */
export interface MemoryPipeOptions {
  /** How data is cut into chunks. Default: `'written'`. */
  readonly chunking?: Chunking;
  /** Feeds `chunking: 'random'`. Default: 0. */
  readonly seed?: number;
  /** How much it holds. Default: 65 536 bytes. */
  readonly capacityBytes?: number;
}

/** A pipe for `connectReadPipe`, with the writer's end for the test. */
export interface MemoryReadPipe {
  /** For `connectReadPipe`. */
  readonly pipe: ReadPipeHandle;
  /** Writes; settles when the pipe took everything (`'broken'` if it was closed). */
  write(text: string | Uint8Array): Promise<'taken' | 'broken'>;
  /** Closes the writer's end. */
  end(): void;
  /** Makes the pipe fail under its reader. */
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
  /** Closes the reader's end. */
  close(): void;
  /** Resolves when nothing is on its way any more. */
  settle(): Promise<void>;
}

const DEFAULT_CAPACITY_BYTES = 65_536;

/** Makes a pipe in memory that is read through `connectReadPipe`. */
export function memoryReadPipe(options: MemoryPipeOptions = {}): MemoryReadPipe {
  const scheduler = new Scheduler();
  const pipe = new FakeOutput({
    scheduler,
    capacityBytes: options.capacityBytes ?? DEFAULT_CAPACITY_BYTES,
    cutter: cutterFor(options.chunking ?? 'written', options.seed ?? 0),
  });
  return {
    pipe,
    write: (text) => pipe.write(typeof text === 'string' ? new TextEncoder().encode(text) : text),
    end: () => {
      pipe.removeHolder();
    },
    fail: (error) => {
      pipe.fail(error);
    },
    settle: () => scheduler.idle(),
  };
}

/** Makes a pipe in memory that is written through `connectWritePipe`. */
export function memoryWritePipe(options: Pick<MemoryPipeOptions, 'capacityBytes'> = {}): MemoryWritePipe {
  const scheduler = new Scheduler();
  const pipe = new FakeInput({ scheduler, capacityBytes: options.capacityBytes ?? DEFAULT_CAPACITY_BYTES });
  return {
    pipe,
    read: (maxBytes = DEFAULT_CAPACITY_BYTES) => pipe.read(maxBytes),
    close: () => {
      pipe.removeHolder();
    },
    settle: () => scheduler.idle(),
  };
}
