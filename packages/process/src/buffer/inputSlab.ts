/** Size of the memory blocks that are filled one after the other. */
const SLAB_BYTES = 65_536;

/** Less room than this is not worth a read of its own. */
const LEAST_ROOM_BYTES = 4_096;

const NO_MEMORY: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** Memory for input that is still to come. What was filled is never offered again. */
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

  /** Returns the first `count` bytes of the room, which now belong to the caller. */
  fill(count: number): Uint8Array<ArrayBuffer> {
    const start = this.#used;
    this.#used += count;
    return this.#memory.subarray(start, this.#used);
  }
}
