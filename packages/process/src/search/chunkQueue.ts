/** A short line: a loop takes less time than the calls that copy memory. */
const TINY_BYTES = 64;
/** To copy so many bytes takes longer than to wait for the next read. */
const LARGE_BYTES = 65_536;

/**
 * Bytes that arrived and were not read yet.
 *
 * 1. Chunks are kept as they came. A result of `take` has an `ArrayBuffer` of its own: it is a chunk that has, or a copy.
 * 2. Positions are absolute: byte 0 is the first byte that was ever appended. Chunks have sequence numbers. Both stay
 *    right while the front is consumed and the back grows, so that a search can go on where it stopped.
 * 3. The last chunk may grow in place (same number, same start), when the memory after it is our own.
 */
export class ChunkQueue {
  /** Consumed slots at the front are emptied at once and cut off from time to time. */
  #chunks: (Uint8Array | undefined)[] = [];
  #first = 0;
  /** Sequence number of slot 0. */
  #sequence = 0;
  /** Absolute position of the first byte of the first chunk, consumed or not. */
  #firstStart = 0;
  #head = 0;
  #end = 0;

  /** Number of bytes in the queue. */
  get length(): number {
    return this.#end - this.#head;
  }

  /** Absolute position of the next byte to be consumed. */
  get head(): number {
    return this.#head;
  }

  /** Absolute position of the first byte of the first chunk; at `head` or before it. */
  get firstStart(): number {
    return this.#firstStart;
  }

  /** Sequence number of the first chunk. */
  get firstSequence(): number {
    return this.#sequence + this.#first;
  }

  /** Sequence number that the next chunk will get. */
  get endSequence(): number {
    return this.#sequence + this.#chunks.length;
  }

  /** Returns a chunk by its number; `undefined` if it is not in the queue. */
  chunk(sequence: number): Uint8Array | undefined {
    return this.#chunks[sequence - this.#sequence];
  }

  /** Appends a chunk that nobody changes any more; not an empty one. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#end += chunk.length;
  }

  /** Appends bytes that lie in memory right after the last chunk, if that is so; tells whether it was. */
  grow(chunk: Uint8Array): boolean {
    const last = this.#chunks.at(-1);
    if (last === undefined || last.buffer !== chunk.buffer || last.byteOffset + last.length !== chunk.byteOffset) {
      return false;
    }
    this.#chunks[this.#chunks.length - 1] = new Uint8Array(last.buffer, last.byteOffset, last.length + chunk.length);
    this.#end += chunk.length;
    return true;
  }

  /** Returns what is left of the first chunk, consuming nothing; empty if there is none. */
  peekFirst(): Uint8Array {
    const chunk = this.#chunks[this.#first];
    const offset = this.#head - this.#firstStart;
    return chunk === undefined ? new Uint8Array(0) : offset === 0 ? chunk : chunk.subarray(offset);
  }

  /** Returns the byte at an offset from the head, `undefined` past the end. */
  byteAt(offset: number): number | undefined {
    let start = this.#firstStart;
    const position = this.#head + offset;
    for (let index = this.#first; index < this.#chunks.length; index += 1) {
      const chunk = this.#chunks[index];
      if (chunk !== undefined && position < start + chunk.length) {
        return chunk[position - start];
      }
      start += chunk?.length ?? 0;
    }
    return undefined;
  }

  /** Removes and returns `count` bytes, which must be there, in an `ArrayBuffer` of their own. */
  take(count: number): Uint8Array {
    const chunk = this.#chunks[this.#first];
    if (chunk === undefined || count === 0) {
      return new Uint8Array(0);
    }
    const offset = this.#head - this.#firstStart;
    if (offset === 0 && count === chunk.length && chunk.buffer.byteLength === count) {
      this.#dropFirst(chunk);
      return chunk;
    }
    const own = new Uint8Array(count);
    if (count <= TINY_BYTES && offset + count < chunk.length) {
      for (let at = 0; at < count; at += 1) {
        own[at] = chunk[offset + at] ?? 0;
      }
      this.#head += count;
    } else {
      this.copyInto(own);
      this.skip(count);
    }
    return own;
  }

  /**
   * How many bytes to take if up to `most`, which must be there, are welcome: a large chunk alone, which need not be copied.
   */
  handyLength(most: number): number {
    const chunk = this.#chunks[this.#first];
    const isWhole = chunk !== undefined && this.#head === this.#firstStart && chunk.buffer.byteLength === chunk.length;
    return isWhole && chunk.length >= LARGE_BYTES && chunk.length < most ? chunk.length : most;
  }

  /** `take` for who uses the bytes at once and passes them on to nobody: they may share memory with other bytes. */
  takeView(count: number): Uint8Array {
    const chunk = this.#chunks[this.#first];
    const offset = this.#head - this.#firstStart;
    if (chunk === undefined || count > chunk.length - offset) {
      return this.take(count);
    }
    const view = chunk.subarray(offset, offset + count);
    this.skip(count);
    return view;
  }

  /** Copies from the head into `target` until it is full or nothing is left, consuming nothing; returns the count. */
  copyInto(target: Uint8Array): number {
    const count = Math.min(target.length, this.length);
    let copied = 0;
    let offset = this.#head - this.#firstStart;
    for (let index = this.#first; copied < count; index += 1) {
      const chunk = this.#chunks[index];
      if (chunk === undefined) {
        break;
      }
      const part = chunk.subarray(offset, offset + count - copied);
      target.set(part, copied);
      copied += part.length;
      offset = 0;
    }
    return copied;
  }

  /** Removes `count` bytes, which must be there. */
  skip(count: number): void {
    const target = this.#head + count;
    for (;;) {
      const chunk = this.#chunks[this.#first];
      if (chunk === undefined || this.#firstStart + chunk.length > target) {
        break;
      }
      this.#dropFirst(chunk);
    }
    this.#head = target;
  }

  /** Removes everything. */
  clear(): void {
    this.skip(this.length);
  }

  #dropFirst(chunk: Uint8Array): void {
    this.#firstStart += chunk.length;
    this.#head = this.#firstStart;
    this.#chunks[this.#first] = undefined;
    this.#first += 1;
    if (this.#first === this.#chunks.length) {
      this.#sequence += this.#first;
      this.#chunks.length = 0;
      this.#first = 0;
    } else if (this.#first >= 1024 && this.#first * 2 >= this.#chunks.length) {
      // Each chunk is moved at most once per time it is outlived: linear over all.
      this.#chunks.splice(0, this.#first);
      this.#sequence += this.#first;
      this.#first = 0;
    }
  }
}
