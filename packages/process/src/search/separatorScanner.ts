/**
 * Finds several byte strings in one pass, over any cut of the input: an Aho-Corasick automaton with a prefilter.
 *
 * 1. The separator that ends first wins. If several end at the same byte, the shortest of them wins.
 * 2. In state 0 (nothing of a separator seen) only the first byte of a separator matters. The scanner jumps to the next one
 *    with `Buffer.indexOf`, which is a `memchr`. If every separator is a single byte, the jump is the whole search.
 * 3. After a short jump the scanner takes some steps through the table before it jumps again. So input that is full of
 *    first bytes does not cost one call of `indexOf` for each of them.
 * 4. The time is linear in the input. The table reads each byte once. The search for a first byte remembers where it found
 *    the byte, so it reads each byte at most once too.
 *
 * | state           | first byte of a separator | byte that continues | other byte                           | last byte |
 * | --------------- | ------------------------- | ------------------- | ------------------------------------ | --------- |
 * | 0               | jump there, then 1 seen   | -                   | skipped by the jump                  | found     |
 * | n bytes seen    | see "other byte"          | n + 1 seen          | longest beginning that was just seen | found     |
 */
import { indexOfByte } from './byteSearch.js';
import { separatorTable, type SeparatorTable } from './separatorTable.js';

/** With more first bytes than this, the table is faster than one `indexOf` for each of them. */
const MOST_FIRST_BYTES = 16;

/** A jump over fewer bytes than this is short: the call costs more than the steps that it saves. */
const SHORT_JUMP_BYTES = 16;

/** Bytes to read through the table after a short jump. */
const STEPS_AFTER_SHORT_JUMP = 64;

/** Searches chunk after chunk for the separator that ends first. */
export class SeparatorScanner {
  /** Length of the separator that `scan` found. */
  matchLength = 1;
  readonly #table: SeparatorTable;
  /** The bytes to jump to, empty if there are too many. */
  readonly #firstBytes: Uint8Array;
  /** Whether every first byte is a whole separator. */
  readonly #areSingle: boolean;
  /** The only separator, if it is a single byte; else -1. */
  readonly #onlyByte: number;
  /** Where each of the first bytes comes next in the chunk; the length of the chunk if nowhere. */
  readonly #nextFirst: number[];
  #state = 0;
  /** Number of the chunk that `#nextFirst` is about. */
  #sequence = -1;
  /** Length of that chunk when it was searched; it may have grown since. */
  #length = 0;
  /** `#nextFirst` is valid from this index on. */
  #from = 0;

  constructor(separators: readonly Uint8Array[]) {
    this.#table = separatorTable(separators);
    const firstBytes = new Set(separators.map((separator) => separator[0] ?? 0));
    this.#firstBytes = Uint8Array.from(firstBytes.size <= MOST_FIRST_BYTES ? firstBytes : []);
    this.#areSingle = this.#firstBytes.length > 0 && separators.every((separator) => separator.length === 1);
    this.#onlyByte = this.#areSingle && firstBytes.size === 1 ? (this.#firstBytes[0] ?? -1) : -1;
    this.#nextFirst = Array.from(this.#firstBytes, () => -1);
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
    if (from === chunk.length) {
      return -1;
    }
    if (this.#onlyByte !== -1) {
      return indexOfByte(chunk, this.#onlyByte, from) + 1 || -1;
    }
    if (this.#areSingle) {
      return this.#jump(chunk, sequence, from) + 1 || -1;
    }
    return this.#step(chunk, sequence, from);
  }

  /** The same, for separators of which one is longer than a byte. */
  #step(chunk: Uint8Array, sequence: number, from: number): number {
    const { next, ends, classes, width } = this.#table;
    let state = this.#state;
    let jumpFrom = this.#firstBytes.length > 0 ? from : chunk.length;
    for (let index = from; index < chunk.length; index += 1) {
      if (state === 0 && index >= jumpFrom) {
        const first = this.#jump(chunk, sequence, index);
        if (first === -1) {
          break;
        }
        jumpFrom = first - index < SHORT_JUMP_BYTES ? first + STEPS_AFTER_SHORT_JUMP : first;
        index = first;
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

  /** Returns the index of the next first byte at or after `from`, -1 if there is none. */
  #jump(chunk: Uint8Array, sequence: number, from: number): number {
    const firstBytes = this.#firstBytes;
    if (firstBytes.length === 1) {
      return indexOfByte(chunk, firstBytes[0] ?? 0, from);
    }
    if (sequence !== this.#sequence || from < this.#from) {
      this.#sequence = sequence;
      this.#nextFirst.fill(-1);
      this.#length = 0;
    }
    this.#from = from;
    let nearest = chunk.length;
    for (let each = 0; each < firstBytes.length; each += 1) {
      let index = this.#nextFirst[each] ?? -1;
      if (index < from || (index === this.#length && index < chunk.length)) {
        // We are past it, or the chunk had none and has grown: then only the new bytes are searched.
        index = indexOfByte(chunk, firstBytes[each] ?? 0, Math.max(from, index));
        index = index === -1 ? chunk.length : index;
        this.#nextFirst[each] = index;
      }
      nearest = Math.min(nearest, index);
    }
    this.#length = chunk.length;
    return nearest === chunk.length ? -1 : nearest;
  }
}
