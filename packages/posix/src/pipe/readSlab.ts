/**
 * Memory that pipes are read into, and chunks that belong to their receiver.
 *
 * 1. All pipes share a slab, because a read is over before the next one begins.
 * 2. A large chunk is a part of the slab, which is never filled again there. A small one is copied out, so that it keeps
 *    nothing else alive.
 * 3. Between a used up slab and the next read there is none.
 */

import { keepFreedMemory } from './freedMemory.js';

/** Larger slabs are for pipes through which so much comes that it pays to keep their memory. */
const KEPT_BYTES = 131_072;
/** A line of text, most often. */
const TINY_BYTES = 128;

/** A slab after another. */
export class ReadSlab {
  readonly #bytes: number;
  #memory: Buffer | null = null;

  /** @param bytes - Chunks of an eighth of it are large. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Where the next read goes. */
  get room(): Uint8Array {
    if (this.#memory === null) {
      if (this.#bytes > KEPT_BYTES) {
        keepFreedMemory();
      }
      this.#memory = Buffer.allocUnsafeSlow(this.#bytes);
    }
    return this.#memory;
  }

  /** Returns the first `count` bytes of the room, which were read, as the receiver's own. */
  take(count: number): Uint8Array {
    const memory = this.#memory;
    if (memory === null) {
      return new Uint8Array(0);
    }
    if (count <= TINY_BYTES) {
      return copyOfTiny(memory, count);
    }
    const filled = memory.subarray(0, count);
    if (count < this.#bytes / 8) {
      // Small chunks come from Node's pool, as everywhere in Node.
      const chunk = Buffer.allocUnsafe(count);
      chunk.set(filled);
      return chunk;
    }
    // A rest of less than a quarter would make the next read too short.
    this.#memory = memory.length - count >= this.#bytes / 4 ? memory.subarray(count) : null;
    return filled;
  }
}

/** Byte by byte: for a line or so that takes less time than the calls which copy memory. */
function copyOfTiny(from: Uint8Array, count: number): Uint8Array {
  const chunk = Buffer.allocUnsafe(count);
  for (let at = 0; at < count; at += 1) {
    chunk[at] = from[at] ?? 0;
  }
  return chunk;
}
