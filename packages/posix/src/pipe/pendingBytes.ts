/**
 * Bytes that wait for a pipe: copied in at one end, handed out at the other, in one piece of memory, so that one system
 * call can take them all however many writes they came in.
 */

const MIN_BYTES = 65_536;
/** A piece of memory up to this size is kept for the next pipe that needs one. */
const MAX_SPARE_BYTES = 2_097_152;

/** One for all pipes: a program has few that are full at a time, and fresh memory costs a page fault per 4 KiB. */
let spare: Buffer | null = null;

/** A queue of bytes. */
export class PendingBytes {
  #memory: Buffer | null = null;
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** What waits; valid until the next call. */
  get bytes(): Uint8Array {
    return this.#memory?.subarray(this.#start, this.#end) ?? new Uint8Array(0);
  }

  /** Copies a chunk to the end. */
  append(chunk: Uint8Array): void {
    const memory = this.#roomFor(chunk.length);
    memory.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Forgets bytes at the start. */
  consume(count: number): void {
    this.#start += count;
    if (this.#start === this.#end) {
      this.clear();
    }
  }

  clear(): void {
    const memory = this.#memory;
    this.#memory = null;
    this.#start = 0;
    this.#end = 0;
    if (memory !== null && memory.length <= MAX_SPARE_BYTES && memory.length > (spare?.length ?? 0)) {
      spare = memory;
    }
  }

  #roomFor(count: number): Buffer {
    const needed = this.length + count;
    if (this.#memory !== null && this.#end + count <= this.#memory.length) {
      return this.#memory;
    }
    let memory = this.#memory;
    // Moving is worth it only where much was consumed; otherwise it would be done again and again.
    if (memory === null || needed > memory.length / 2) {
      memory = allocate(needed);
    }
    this.#memory?.copy(memory, 0, this.#start, this.#end);
    this.#memory = memory;
    this.#end -= this.#start;
    this.#start = 0;
    return memory;
  }
}

/** Returns memory with room to grow. */
function allocate(needed: number): Buffer {
  if (spare !== null && spare.length >= needed) {
    const memory = spare;
    spare = null;
    return memory;
  }
  return Buffer.allocUnsafeSlow(Math.max(MIN_BYTES, needed * 2));
}
