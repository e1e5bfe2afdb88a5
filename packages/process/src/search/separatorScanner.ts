/**
 * Finds several byte strings in one pass, over any cut of the input: an Aho-Corasick automaton with a prefilter.
 *
 * 1. The separator that ends first wins. If several end at the same byte, the shortest of them wins.
 * 2. In state 0 (nothing of a separator seen) only the first byte of a separator matters. The scanner jumps to the next one
 *    with `Buffer.indexOf`, which is a `memchr`. If the only separator is a single byte, the jump is the whole search.
 * 3. When the jumps of late were short on average, the scanner steps through the table for some bytes, and for twice as
 *    many each time that this was not enough. So input that is full of first bytes does not cost one call of `indexOf` for
 *    each of them.
 * 4. The time is linear in the input. The table reads each byte once. The search for a first byte remembers where it found
 *    the byte, so it reads each byte at most once too.
 *
 * | state        | byte that continues a separator | last byte of a separator | any other byte                            |
 * | ------------ | ------------------------------- | ------------------------ | ----------------------------------------- |
 * | 0            | 1 seen                          | found, 0                 | 0; a jump skips it                        |
 * | n bytes seen | n + 1 seen                      | found, 0                 | the longest beginning that was just seen  |
 */
import { indexOfByte } from './byteSearch.js';
import { separatorTable, type SeparatorTable } from './separatorTable.js';

/** With more first bytes than this, the table is faster than one `indexOf` for each of them. */
const MOST_FIRST_BYTES = 32;

/** A jump takes the time of so many steps through the table. */
const JUMP_COST = 16;

/** Steps that earlier jumps have saved and later ones may cost. */
const MOST_CREDIT = 64;

/** Bytes to step over when the credit is used up, and the most if that was not enough. */
const FEWEST_STEPS = 64;
const MOST_STEPS = 1_024;

/** Searches chunk after chunk for the separator that ends first. */
export class SeparatorScanner {
  /** Length of the separator that `scan` found. */
  matchLength = 1;
  readonly #table: SeparatorTable;
  /** The bytes to jump to, empty if there are too many. */
  readonly #firstBytes: Uint8Array;
  /** Whether each separator is a single byte: then a jump finds a separator. */
  readonly #areSingle: boolean;
  /** The only separator, if it is a single byte; else -1. */
  readonly #onlyByte: number;
  /** Where each of the first bytes comes next in the chunk; the length of the chunk if nowhere. */
  readonly #nextFirst: Float64Array;
  #state = 0;
  /** Number of the chunk that the following fields are about. */
  #sequence = -1;
  /** Length of that chunk at the last jump; it may have grown since. */
  #length = 0;
  /** `#nextFirst` is valid from this index on. */
  #from = 0;
  /** No jump before this index. */
  #stepUntil = 0;
  #credit = MOST_CREDIT;
  /** Bytes to step over when the credit is used up the next time. */
  #steps = FEWEST_STEPS;

  constructor(separators: readonly Uint8Array[]) {
    this.#table = separatorTable(separators);
    const firstBytes = new Set(separators.map((separator) => separator[0] ?? 0));
    this.#firstBytes = Uint8Array.from(firstBytes.size <= MOST_FIRST_BYTES ? firstBytes : []);
    this.#areSingle = separators.every((separator) => separator.length === 1);
    this.#onlyByte = this.#areSingle && firstBytes.size === 1 ? (this.#firstBytes[0] ?? -1) : -1;
    this.#nextFirst = new Float64Array(this.#firstBytes.length);
  }

  /** Goes back to state 0. */
  reset(): void {
    this.#state = 0;
  }

  /**
   * Continues the search in a chunk.
   *
   * @param chunk - The chunk of the last call, which may have grown, or the one that follows it.
   * @param sequence - Number of the chunk.
   * @param from - Index of the first byte that was not scanned yet.
   * @returns the index after the separator that ends first, -1 if none ends in this chunk.
   */
  scan(chunk: Uint8Array, sequence: number, from: number): number {
    return this.#onlyByte === -1
      ? this.#scan(chunk, sequence, from)
      : indexOfByte(chunk, this.#onlyByte, from) + 1 || -1;
  }

  #scan(chunk: Uint8Array, sequence: number, from: number): number {
    if (sequence !== this.#sequence || from < this.#from) {
      this.#startChunk(chunk, sequence);
    }
    const { next, classes } = this.#table;
    const { length } = chunk;
    let state = this.#state;
    for (let index = from; index < length; index += 1) {
      if (state === 0 && index >= this.#stepUntil) {
        index = this.#jump(chunk, index);
        if (index === length) {
          break;
        }
        if (this.#areSingle) {
          this.matchLength = 1;
          return index + 1;
        }
      }
      state = next[state + (classes[chunk[index] ?? 0] ?? 0)] ?? 0;
      if (state < 0) {
        this.#state = 0;
        this.matchLength = -state;
        return index + 1;
      }
    }
    this.#state = state;
    return -1;
  }

  #startChunk(chunk: Uint8Array, sequence: number): void {
    this.#sequence = sequence;
    this.#length = chunk.length;
    this.#from = 0;
    this.#stepUntil = this.#firstBytes.length > 0 ? 0 : Infinity;
    for (let each = 0; each < this.#nextFirst.length; each += 1) {
      this.#nextFirst[each] = -1;
    }
  }

  /** Returns the index of the next first byte at or after `from`, the length of the chunk if there is none. */
  #jump(chunk: Uint8Array, from: number): number {
    const nearest = this.#nextFirst.length === 1 ? this.#onlyFirst(chunk, from) : this.#nearestFirst(chunk, from);
    this.#credit += nearest - from - JUMP_COST;
    if (this.#credit < 0) {
      this.#credit = 0;
      this.#stepUntil = nearest + this.#steps;
      this.#steps = Math.min(MOST_STEPS, this.#steps * 2);
    } else if (this.#credit >= MOST_CREDIT) {
      this.#credit = MOST_CREDIT;
      this.#steps = FEWEST_STEPS;
    }
    return nearest;
  }

  #onlyFirst(chunk: Uint8Array, from: number): number {
    const index = indexOfByte(chunk, this.#firstBytes[0] ?? 0, from);
    return index === -1 ? chunk.length : index;
  }

  /** Remembers where it found each of several bytes. */
  #nearestFirst(chunk: Uint8Array, from: number): number {
    const firstBytes = this.#firstBytes;
    const { length } = chunk;
    this.#from = from;
    let nearest = length;
    for (let each = 0; each < firstBytes.length; each += 1) {
      let index = this.#nextFirst[each] ?? -1;
      if (index < from || (index === this.#length && index < length)) {
        // We are past it, or the chunk had none and has grown: then only the new bytes are searched.
        index = indexOfByte(chunk, firstBytes[each] ?? 0, Math.max(from, index));
        index = index === -1 ? length : index;
        this.#nextFirst[each] = index;
      }
      nearest = Math.min(nearest, index);
    }
    this.#length = length;
    return nearest;
  }
}
