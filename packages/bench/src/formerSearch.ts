/**
 * The search for separators as it was before ADR 24: two engines for one job. It is kept to be compared with the engine
 * that replaced them, and is not used by anything else.
 */
const BUFFER = Buffer.prototype as { indexOf(this: Uint8Array, byte: number, from: number): number };

function indexOfByte(bytes: Uint8Array, byte: number, from: number): number {
  return BUFFER.indexOf.call(bytes, byte, from);
}

/** Chooses the engine by the separators, as `SeparatorSearch` did. */
export class FormerSearch {
  readonly #byte: number;
  readonly #nearest: NearestByte | null;
  readonly #automaton: SeparatorAutomaton | null;

  constructor(separators: readonly Uint8Array[]) {
    const longest = Math.max(...separators.map((separator) => separator.length));
    const [only] = separators;
    this.#byte = separators.length === 1 && only?.length === 1 ? (only[0] ?? -1) : -1;
    this.#nearest =
      this.#byte === -1 && longest === 1
        ? new NearestByte(Uint8Array.from(separators.flatMap((one) => [...one])))
        : null;
    this.#automaton = longest > 1 ? new SeparatorAutomaton(separators) : null;
  }

  /** Returns the index after the separator that ends first, -1 if none ends in the chunk. */
  scan(chunk: Uint8Array, _sequence: number, from: number): number {
    if (from === chunk.length) {
      return -1;
    }
    if (this.#automaton === null) {
      return (this.#nearest?.find(chunk, from) ?? indexOfByte(chunk, this.#byte, from)) + 1 || -1;
    }
    return this.#automaton.scan(chunk, from);
  }
}

/** Finds the nearest of several bytes, with one `indexOf` for each of them. */
class NearestByte {
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

/** An Aho-Corasick automaton. It jumps to the next first byte only if all separators begin with the same one. */
class SeparatorAutomaton {
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
