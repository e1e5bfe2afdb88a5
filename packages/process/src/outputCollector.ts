import { OutputOverflowError } from './processErrors.js';

/** What to do with output beyond `maxBytes`. */
export type OverflowPolicy = 'error' | 'truncate';

/** How much to keep of an output. */
export interface CaptureLimits {
  /** Most bytes kept of each output. Default: no limit. */
  readonly maxBytes?: number;
  /** `'error'` rejects with `OutputOverflowError`; `'truncate'` keeps the first and the last half. Default: `'error'`. */
  readonly overflow?: OverflowPolicy;
}

/** Collects one output, in memory bounded by the limits. */
export class OutputCollector {
  readonly #fd: number;
  readonly #maxBytes: number;
  readonly #overflow: OverflowPolicy;
  readonly #head: Uint8Array[] = [];
  #headBytes = 0;
  /** The newest chunks beyond the head, while truncating; together at least the tail's size, once there is that much. */
  #tail: Uint8Array[] = [];
  #tailBytes = 0;
  #totalBytes = 0;

  constructor(fd: number, limits: CaptureLimits) {
    this.#fd = fd;
    this.#maxBytes = limits.maxBytes ?? Infinity;
    this.#overflow = limits.overflow ?? 'error';
  }

  /** Bytes that were written beyond what is kept. */
  get droppedBytes(): number {
    return Math.max(0, this.#totalBytes - this.#maxBytes);
  }

  /**
   * Takes a chunk.
   * @throws {OutputOverflowError} if that is too much and the policy says so.
   */
  add(chunk: Uint8Array): void {
    this.#totalBytes += chunk.length;
    const headLimit = this.#overflow === 'error' ? this.#maxBytes : this.#maxBytes - this.#tailLimit;
    const room = headLimit - this.#headBytes;
    if (chunk.length <= room) {
      this.#head.push(chunk);
      this.#headBytes += chunk.length;
      return;
    }
    const fits = chunk.subarray(0, room);
    this.#head.push(fits);
    this.#headBytes += fits.length;
    if (this.#overflow === 'error') {
      throw new OutputOverflowError(this.#fd, this.#maxBytes);
    }
    this.#addTail(chunk.subarray(room));
  }

  /** Returns what is kept, in one piece. */
  bytes(): Uint8Array {
    const tail = concat(this.#tail, this.#tailBytes);
    return concat([...this.#head, tail.subarray(Math.max(0, tail.length - this.#tailLimit))]);
  }

  get #tailLimit(): number {
    return Math.floor(this.#maxBytes / 2);
  }

  #addTail(chunk: Uint8Array): void {
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    // Packed when twice the limit is reached: each byte is moved once on average, and slices do not pin their chunks.
    if (this.#tailBytes > 2 * this.#tailLimit) {
      const packed = concat(this.#tail, this.#tailBytes).slice(this.#tailBytes - this.#tailLimit);
      this.#tail = [packed];
      this.#tailBytes = packed.length;
    }
  }
}

function concat(parts: readonly Uint8Array[], length = parts.reduce((sum, part) => sum + part.length, 0)): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) {
    return only;
  }
  const all = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
