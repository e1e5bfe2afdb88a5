import { ValueError } from '@subwire/transport';
import { ChunkQueue } from '../search/chunkQueue.js';
import { InputSlab } from '../buffer/inputSlab.js';
import { OutputOverflowError } from '../results/processErrors.js';

/** What to do with output beyond `maxBytes`. */
export type OverflowPolicy = 'error' | 'truncate';

/** Options that limit how much of an output is kept. */
export interface CaptureLimits {
  /** Most bytes that are kept of each output. Default: no limit. */
  readonly maxBytes?: number;
  /**
   * What happens beyond `maxBytes`: `'error'` rejects with `OutputOverflowError`; `'truncate'` keeps the first and the last
   * `maxBytes / 2`, and drops the bytes in between. Default: `'error'`.
   */
  readonly overflow?: OverflowPolicy;
}

/** Chunks up to this size are copied together: an array for each would take many times its length. */
const SMALL_CHUNK_BYTES = 4_096;

/**
 * Checks the limits that a caller gave.
 * @throws {ValueError} for a value out of range.
 */
export function checkCaptureLimits({ maxBytes = Infinity, overflow = 'error' }: CaptureLimits): void {
  if (typeof maxBytes !== 'number' || !(maxBytes >= 0)) {
    throw new ValueError('maxBytes must be a number, 0 or more');
  }
  if (overflow !== 'error' && overflow !== 'truncate') {
    throw new ValueError("overflow must be 'error' or 'truncate'");
  }
}

/** Collects one output. The limits bound its memory, however small the chunks are. */
export class OutputCollector {
  readonly #fd: number;
  readonly #maxBytes: number;
  readonly #headLimit: number;
  readonly #tailLimit: number;
  readonly #slab = new InputSlab();
  readonly #head = new ChunkQueue();
  /** The last bytes, with `'truncate'`. Made at the first byte beyond the limit. */
  #tail: ChunkQueue | null = null;
  #totalBytes = 0;
  #overflowed = false;

  constructor(fd: number, limits: CaptureLimits) {
    const { maxBytes = Infinity, overflow = 'error' } = limits;
    this.#fd = fd;
    this.#maxBytes = Math.floor(maxBytes);
    this.#tailLimit = overflow === 'error' || maxBytes === Infinity ? 0 : Math.floor(maxBytes / 2);
    this.#headLimit = this.#maxBytes - this.#tailLimit;
    this.#overflowed = overflow === 'truncate';
  }

  /** Number of bytes that were added, kept or not. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Number of bytes that were dropped. */
  get droppedBytes(): number {
    return Math.max(0, this.#totalBytes - this.#maxBytes);
  }

  /**
   * Adds a chunk.
   * @throws {OutputOverflowError} with `'error'`, at the first chunk beyond the limit. Later chunks are counted and dropped.
   */
  add(chunk: Uint8Array): void {
    this.#totalBytes += chunk.length;
    const room = this.#headLimit - this.#head.length;
    if (chunk.length <= room) {
      this.#append(this.#head, chunk);
      return;
    }
    this.#append(this.#head, chunk.subarray(0, room));
    if (!this.#overflowed) {
      this.#overflowed = true;
      throw new OutputOverflowError(this.#fd, this.#maxBytes);
    }
    this.#tail ??= new ChunkQueue();
    this.#append(this.#tail, chunk.subarray(Math.max(room, chunk.length - this.#tailLimit)));
    this.#tail.skip(Math.max(0, this.#tail.length - this.#tailLimit));
  }

  /** Returns the bytes that were kept, in one array. */
  bytes(): Uint8Array {
    const all = new Uint8Array(this.#head.length + (this.#tail?.length ?? 0));
    if (all.length === 0) {
      return all;
    }
    this.#head.copyInto(all);
    this.#tail?.copyInto(all.subarray(this.#head.length));
    return all;
  }

  #append(queue: ChunkQueue, chunk: Uint8Array): void {
    if (chunk.length === 0) {
      return;
    }
    if (chunk.length > SMALL_CHUNK_BYTES) {
      queue.push(chunk);
      return;
    }
    this.#slab.room(chunk.length).set(chunk);
    const own = this.#slab.fill(chunk.length);
    if (!queue.grow(own)) {
      queue.push(own);
    }
  }
}
