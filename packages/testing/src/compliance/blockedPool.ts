import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { subprocessExec } from '@subwire/transport';
import { Recorder } from './recorder.js';

/** How many threads libuv's pool has, unless the environment says otherwise. */
const THREADS = 4;

/** How long they stay blocked if nobody frees them: this process could not end before. */
const LIMIT_MS = 5_000;

/** The threads of libuv's pool, each blocked in the opening of a FIFO. */
export class BlockedPool {
  readonly #directory: string;
  readonly #fifos: readonly string[];
  readonly #readers: readonly Promise<FileHandle>[];
  readonly #limit: NodeJS.Timeout;
  #freed: Promise<void> | null = null;

  private constructor(directory: string, fifos: readonly string[]) {
    this.#directory = directory;
    this.#fifos = fifos;
    this.#readers = fifos.map((fifo) => open(fifo));
    this.#limit = setTimeout(() => void this.free(), LIMIT_MS);
  }

  /** Blocks them. */
  static async block(): Promise<BlockedPool> {
    const directory = mkdtempSync(join(tmpdir(), 'subwire-compliance-'));
    const fifos = Array.from({ length: THREADS }, (_, index) => join(directory, String(index)));
    const [, mkfifo] = await subprocessExec(() => new Recorder(), 'mkfifo', fifos);
    await mkfifo.ended();
    return new BlockedPool(directory, fifos);
  }

  /** Whether they have been freed. */
  get isFree(): boolean {
    return this.#freed !== null;
  }

  /** Frees them. */
  free(): Promise<void> {
    this.#freed ??= this.#free();
    return this.#freed;
  }

  async #free(): Promise<void> {
    clearTimeout(this.#limit);
    // For both directions, so that this thread does not wait for a reader.
    const writers = this.#fifos.map((fifo) => openSync(fifo, constants.O_RDWR));
    for (const reader of await Promise.all(this.#readers)) {
      await reader.close();
    }
    writers.forEach(closeSync);
    rmSync(this.#directory, { recursive: true });
  }
}
