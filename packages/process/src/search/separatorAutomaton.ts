import { indexOfByte } from './byteSearch.js';

/**
 * Finds several byte strings in one pass, over any cut of the input (Aho and Corasick).
 *
 * A state is how much of a separator was just seen. At each end the shortest separator wins, and the first end is reported.
 */
export class SeparatorAutomaton {
  /** Length of the separator that `scan` found. */
  matchLength = 0;
  /** Next state by state × class of the byte. */
  readonly #next: Uint32Array;
  /** Length of the shortest separator that ends in a state, 0 if none does. */
  readonly #ends: Uint32Array;
  /** Class of each byte: 0 for bytes that are in no separator. */
  readonly #classes: Uint16Array = new Uint16Array(256);
  readonly #width: number;
  /** The byte that all separators begin with, -1 if they differ: then uninteresting bytes are jumped over. */
  readonly #firstByte: number;
  #state = 0;

  constructor(separators: readonly Uint8Array[]) {
    const distinct = new Set(separators.flatMap((separator) => Array.from(separator)));
    let classNumber = 0;
    for (const byte of distinct) {
      classNumber += 1;
      this.#classes[byte] = classNumber;
    }
    this.#width = classNumber + 1;
    const states = 1 + separators.reduce((sum, separator) => sum + separator.length, 0);
    this.#next = new Uint32Array(states * this.#width);
    this.#ends = new Uint32Array(states);
    const order = this.#addWords(separators);
    this.#addFallbacks(order);
    const firstBytes = new Set(separators.map((separator) => separator[0] ?? -1));
    this.#firstByte = firstBytes.size === 1 ? ([...firstBytes][0] ?? -1) : -1;
  }

  /** Forgets what was seen. */
  reset(): void {
    this.#state = 0;
  }

  /** Goes on in `chunk` at `from`; returns the index after the separator that ends first, -1 if none ends here. */
  scan(chunk: Uint8Array, from: number): number {
    const next = this.#next;
    const ends = this.#ends;
    const classes = this.#classes;
    const width = this.#width;
    let state = this.#state;
    for (let index = from; index < chunk.length; index += 1) {
      if (state === 0 && this.#firstByte !== -1) {
        index = indexOfByte(chunk, this.#firstByte, index);
        if (index === -1) {
          break;
        }
      }
      state = next[state * width + (classes[chunk[index] ?? 0] ?? 0)] ?? 0;
      const length = ends[state] ?? 0;
      if (length !== 0) {
        this.#state = 0;
        this.matchLength = length;
        return index + 1;
      }
    }
    this.#state = state;
    return -1;
  }

  /** Builds the tree of all separators; returns parent, class and state of each edge, shallow ones first. */
  #addWords(separators: readonly Uint8Array[]): readonly (readonly [parent: number, cls: number, state: number])[] {
    const edges: (readonly [number, number, number])[][] = [];
    let count = 1;
    for (const separator of separators) {
      let state = 0;
      separator.forEach((byte, depth) => {
        const slot = state * this.#width + (this.#classes[byte] ?? 0);
        if (this.#next[slot] === 0) {
          this.#next[slot] = count;
          (edges[depth] ??= []).push([state, this.#classes[byte] ?? 0, count]);
          count += 1;
        }
        state = this.#next[slot] ?? 0;
      });
      this.#ends[state] = separator.length;
    }
    return edges.flat();
  }

  /** Fills in where a byte leads that does not continue the separator: to the longest other beginning just seen. */
  #addFallbacks(edges: readonly (readonly [parent: number, cls: number, state: number])[]): void {
    const fallback = new Uint32Array(this.#ends.length);
    for (const [parent, cls, state] of edges) {
      const shorter = parent === 0 ? 0 : (this.#next[(fallback[parent] ?? 0) * this.#width + cls] ?? 0);
      fallback[state] = shorter;
      const inherited = this.#ends[shorter] ?? 0;
      if (inherited !== 0) {
        // What ends in the shorter beginning is shorter than what ends here.
        this.#ends[state] = inherited;
      }
      for (let other = 0; other < this.#width; other += 1) {
        const slot = state * this.#width + other;
        if (this.#next[slot] === 0) {
          this.#next[slot] = this.#next[shorter * this.#width + other] ?? 0;
        }
      }
    }
  }
}
