/**
 * Finds bytes in a stream of chunks: the algorithm of Knuth, Morris and Pratt.
 *
 * 1. The state is how many bytes of the wanted ones the stream ends with.
 * 2. Each byte of the stream is read once, so the time is linear in its length, however it is cut.
 *
 * | state        | the byte that continues          | another byte                                  |
 * | ------------ | -------------------------------- | --------------------------------------------- |
 * | n bytes seen | n + 1 seen; found if that is all | the longest beginning with which the stream ends |
 */
export class TextMatcher {
  readonly #wanted: Uint8Array;
  /** How many bytes are still seen if the byte after so many does not continue. */
  readonly #shorter: Uint32Array;
  #seen = 0;

  /** @param wanted - Not empty. */
  constructor(wanted: Uint8Array) {
    this.#wanted = wanted;
    this.#shorter = new Uint32Array(wanted.length);
    for (let length = 1, seen = 0; length < wanted.length; length += 1) {
      this.#shorter[length] = seen;
      seen = this.#step(seen, wanted[length]);
    }
  }

  /** Returns the index after the wanted bytes, -1 if they are not complete with this chunk. */
  scan(chunk: Uint8Array): number {
    for (const [index, byte] of chunk.entries()) {
      this.#seen = this.#step(this.#seen, byte);
      if (this.#seen === this.#wanted.length) {
        return index + 1;
      }
    }
    return -1;
  }

  #step(seen: number, byte: number | undefined): number {
    let length = seen;
    while (length > 0 && this.#wanted[length] !== byte) {
      length = this.#shorter[length] ?? 0;
    }
    return this.#wanted[length] === byte ? length + 1 : 0;
  }
}
