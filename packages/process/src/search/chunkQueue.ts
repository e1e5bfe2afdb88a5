import { Fifo } from '@subwire/transport';

/** Up to this size a loop copies faster than `TypedArray.set`. */
const TINY_BYTES = 64;
/** From this size on a copy takes longer than another read. */
const LARGE_BYTES = 65_536;

/**
 * Bytes that arrived and were not read yet.
 *
 * 1. Chunks are stored without a copy. A result of `take` has an `ArrayBuffer` of its own: it is a whole chunk that has
 *    one, or a copy.
 * 2. Positions are absolute: position 0 is the first byte that was ever appended. Chunks have sequence numbers. Both stay
 *    valid while bytes are consumed and appended, so that a search can continue where it stopped.
 * 3. The last chunk can grow in place, with the same sequence number and start, if the new bytes lie right after it in
 *    memory.
 */
export class ChunkQueue {
  readonly #chunks = new Fifo<Uint8Array>();
  /** Sequence number of the first chunk. */
  #firstSequence = 0;
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

  /** Absolute position of the first byte of the first chunk, which may be consumed already: at `head` or before it. */
  get firstStart(): number {
    return this.#firstStart;
  }

  /** Sequence number of the first chunk. */
  get firstSequence(): number {
    return this.#firstSequence;
  }

  /** Sequence number that the next chunk will get. */
  get endSequence(): number {
    return this.#firstSequence + this.#chunks.length;
  }

  /** Returns a chunk by its sequence number; `undefined` if it is not in the queue. */
  chunk(sequence: number): Uint8Array | undefined {
    return this.#chunks.at(sequence - this.#firstSequence);
  }

  /** Appends a chunk without copying it. It must not be empty, and must not be changed any more. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#end += chunk.length;
  }

  /** Appends bytes to the last chunk if they lie right after it in memory; else returns `false` and does nothing. */
  grow(chunk: Uint8Array): boolean {
    const last = this.#chunks.at(this.#chunks.length - 1);
    if (last === undefined || last.buffer !== chunk.buffer || last.byteOffset + last.length !== chunk.byteOffset) {
      return false;
    }
    this.#chunks.replaceLast(new Uint8Array(last.buffer, last.byteOffset, last.length + chunk.length));
    this.#end += chunk.length;
    return true;
  }

  /** Returns the bytes of the first chunk that were not consumed yet, without consuming them; empty if there are none. */
  peekFirst(): Uint8Array {
    const chunk = this.#chunks.peek();
    const offset = this.#head - this.#firstStart;
    return chunk === undefined ? new Uint8Array(0) : offset === 0 ? chunk : chunk.subarray(offset);
  }

  /** Returns the byte at an offset from the head, `undefined` past the end. */
  byteAt(offset: number): number | undefined {
    let start = this.#firstStart;
    const position = this.#head + offset;
    for (let index = 0; index < this.#chunks.length; index += 1) {
      const chunk = this.#chunks.at(index);
      if (chunk !== undefined && position < start + chunk.length) {
        return chunk[position - start];
      }
      start += chunk?.length ?? 0;
    }
    return undefined;
  }

  /** Removes and returns `count` bytes, which must be there, in an `ArrayBuffer` of their own. */
  take(count: number): Uint8Array {
    const chunk = this.#chunks.peek();
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
   * Returns how many bytes to take so that a large chunk need not be copied.
   *
   * @param most - The most bytes to take; they must be there.
   * @returns the length of the first chunk if it is large, whole and shorter than `most`; else `most`.
   */
  handyLength(most: number): number {
    const chunk = this.#chunks.peek();
    const isWhole = chunk !== undefined && this.#head === this.#firstStart && chunk.buffer.byteLength === chunk.length;
    return isWhole && chunk.length >= LARGE_BYTES && chunk.length < most ? chunk.length : most;
  }

  /** Like `take`, but the result may share memory with other chunks: for callers that do not pass the bytes on. */
  takeView(count: number): Uint8Array {
    const chunk = this.#chunks.peek();
    const offset = this.#head - this.#firstStart;
    if (chunk === undefined || count > chunk.length - offset) {
      return this.take(count);
    }
    const view = chunk.subarray(offset, offset + count);
    this.skip(count);
    return view;
  }

  /** Copies bytes from the head until `target` is full or none are left, without consuming them; returns their number. */
  copyInto(target: Uint8Array): number {
    const count = Math.min(target.length, this.length);
    let copied = 0;
    let offset = this.#head - this.#firstStart;
    for (let index = 0; copied < count; index += 1) {
      const chunk = this.#chunks.at(index);
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
      const chunk = this.#chunks.peek();
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
    this.#chunks.shift();
    this.#firstSequence += 1;
  }
}
