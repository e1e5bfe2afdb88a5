import type { ReadPipeHandle, WritePipeHandle } from '@subwire/transport';
import { bytesOf } from '../bytes/bytes.js';
import { wholeNumber } from '../bytes/checks.js';
import { cutterFor, type Chunking } from '../bytes/chunking.js';
import { FakeInput } from './fakeInput.js';
import { makeFakeOutput, type WriteOutcome } from './fakeOutput.js';
import { Scheduler } from '../clock/scheduler.js';

/** Options of `memoryReadPipe`. */
export interface MemoryPipeOptions {
  /** How the bytes are cut into chunks. Default: `'written'`. */
  readonly chunking?: Chunking;
  /** Seed for `chunking: 'random'`. Default: 0. */
  readonly seed?: number;
  /** Capacity of the pipe. Default: 65 536 bytes. */
  readonly capacityBytes?: number;
}

/** Options of `memoryWritePipe`. */
export interface MemoryWritePipeOptions extends Pick<MemoryPipeOptions, 'capacityBytes'> {
  /** Whether the writer notices the close of the reader before its next write. Default: `true`. */
  readonly peerClose?: boolean;
}

/** A pipe in memory whose reading end is for `connectReadPipe`, and whose writing end is for the test. */
export interface MemoryReadPipe {
  /** The reading end, for `connectReadPipe`. */
  readonly pipe: ReadPipeHandle;
  /**
   * Writes.
   * @param text - Bytes, or text as UTF-8.
   * @returns when the pipe took everything: `'taken'`; `'broken'` if it was closed.
   */
  write(text: string | Uint8Array): Promise<WriteOutcome>;
  /** Closes the writing end. */
  end(): void;
  /** Makes the pipe fail after all of its bytes were read. */
  fail(error: Error): void;
  /** Resolves when nothing more happens before the test does something. */
  settle(): Promise<void>;
}

/** A pipe in memory whose writing end is for `connectWritePipe`, and whose reading end is for the test. */
export interface MemoryWritePipe {
  /** The writing end, for `connectWritePipe`. */
  readonly pipe: WritePipeHandle;
  /**
   * Reads; waits only if no bytes are in the pipe.
   * @param maxBytes - Most bytes to read. Default: 65 536.
   * @returns the bytes; an empty array at the end.
   */
  read(maxBytes?: number): Promise<Uint8Array>;
  /** Whether the writer has closed its end, and the pipe took everything that it wrote. */
  readonly ended: boolean;
  /** Closes the reading end. */
  close(): void;
  /** Resolves when nothing more happens before the test does something. */
  settle(): Promise<void>;
}

const DEFAULT_CAPACITY_BYTES = 65_536;

/**
 * Creates a pipe in memory for `connectReadPipe`.
 *
 * @param options - See `MemoryPipeOptions`.
 * @throws {ValueError} for an unknown chunking, or a capacity that is no integer of at least 1.
 */
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

/**
 * Creates a pipe in memory for `connectWritePipe`.
 *
 * @param options - See `MemoryWritePipeOptions`.
 * @throws {ValueError} for a capacity that is no integer of at least 1.
 */
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
