import { indexOfByte } from './byteSearch.js';

/** Finds the nearest of several bytes. Where each of them comes next in a chunk is remembered until that is passed. */
export class NearestByte {
  readonly #bytes: Uint8Array;
  /** Index of each byte, or the length of the chunk if there is none any more. */
  readonly #next: number[];
  #chunk: Uint8Array | null = null;
  #from = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#next = Array.from(bytes, () => -1);
  }

  /** Returns the first index of any of the bytes at or after `from`, -1 if there is none. */
  find(chunk: Uint8Array, from: number): number {
    if (chunk !== this.#chunk || from < this.#from) {
      this.#chunk = chunk;
      this.#next.fill(-1);
    }
    this.#from = from;
    let nearest = chunk.length;
    for (let index = 0; index < this.#bytes.length; index += 1) {
      let next = this.#next[index] ?? -1;
      if (next < from) {
        next = indexOfByte(chunk, this.#bytes[index] ?? 0, from);
        next = next === -1 ? chunk.length : next;
        this.#next[index] = next;
      }
      nearest = Math.min(nearest, next);
    }
    return nearest === chunk.length ? -1 : nearest;
  }
}
