/** Size of one block of memory. */
const SLAB_BYTES = 65_536;

/** If less room than this is left, the next read gets a new block. */
const LEAST_ROOM_BYTES = 4_096;

const NO_MEMORY: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** Memory for reads, in blocks that are filled one after the other. Bytes that were filled are never offered again. */
export class InputSlab {
  #memory = NO_MEMORY;
  #used = 0;

  /** Returns the memory to fill next, at least `least` bytes of it. */
  room(least: number = LEAST_ROOM_BYTES): Uint8Array<ArrayBuffer> {
    if (this.#memory.length - this.#used < least) {
      this.#memory = new Uint8Array(Math.max(SLAB_BYTES, least));
      this.#used = 0;
    }
    return this.#memory.subarray(this.#used);
  }

  /** Returns the first `count` bytes of the room; they belong to the caller from now on. */
  fill(count: number): Uint8Array<ArrayBuffer> {
    const start = this.#used;
    this.#used += count;
    return this.#memory.subarray(start, this.#used);
  }
}
