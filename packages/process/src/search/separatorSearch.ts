import { ValueError } from '@subwire/transport';
import { indexOfByte } from './byteSearch.js';
import type { ChunkQueue } from './chunkQueue.js';
import { NearestByte } from './nearestByte.js';
import { SeparatorAutomaton } from './separatorAutomaton.js';

/** Bytes, or a string that stands for its UTF-8 bytes. */
export type Separator = Uint8Array | string;

/**
 * Finds the separator that ends first, from the head of a queue.
 *
 * Asked again, it goes on where it stopped: no byte is looked at twice, however the chunks are cut, and also when the
 * front was consumed meanwhile.
 */
export class SeparatorSearch {
  /** Length of the longest separator. */
  readonly longest: number;
  /** Absolute position after the separator that was found. */
  matchEnd = 0;
  /** Length of the separator that was found. */
  matchLength = 0;
  readonly #separators: readonly Uint8Array[];
  /** The only separator, if it is a single byte; else -1. */
  readonly #byte: number;
  /** For several separators of a single byte each. */
  readonly #nearest: NearestByte | null;
  /** For all others. */
  readonly #automaton: SeparatorAutomaton | null;
  #base = -1;
  #found = false;
  #sequence = 0;
  #chunkStart = 0;
  #position = 0;

  /** @param separators - As `toSeparators` returns them. */
  constructor(separators: readonly Uint8Array[]) {
    this.#separators = separators;
    this.longest = Math.max(...separators.map((separator) => separator.length));
    const [only] = separators;
    this.#byte = separators.length === 1 && only?.length === 1 ? (only[0] ?? -1) : -1;
    this.#nearest =
      this.#byte === -1 && this.longest === 1
        ? new NearestByte(Uint8Array.from(separators.flatMap((one) => [...one])))
        : null;
    this.#automaton = this.longest > 1 ? new SeparatorAutomaton(separators) : null;
  }

  /** Tells whether this search looks for the very same separators. */
  isFor(separators: readonly Uint8Array[]): boolean {
    return (
      separators.length === this.#separators.length &&
      separators.every((bytes, index) => Buffer.compare(bytes, this.#separators[index] ?? bytes.subarray(1)) === 0)
    );
  }

  /** Tells whether a separator is there, and notes where it ends. */
  find(queue: ChunkQueue): boolean {
    if (this.#base !== queue.head) {
      this.#base = queue.head;
      if (!this.#isStillRight(queue)) {
        this.#restart(queue);
      }
    }
    if (this.#found) {
      return true;
    }
    for (;;) {
      const chunk = queue.chunk(this.#sequence);
      if (chunk === undefined) {
        return false;
      }
      const end = this.#searchChunk(chunk, this.#position - this.#chunkStart);
      if (end !== -1) {
        this.#found = true;
        this.matchEnd = this.#chunkStart + end;
        return true;
      }
      this.#position = this.#chunkStart + chunk.length;
      if (this.#sequence + 1 === queue.endSequence) {
        // The last chunk may still grow, so this is where to go on.
        return false;
      }
      this.#sequence += 1;
      this.#chunkStart = this.#position;
    }
  }

  /** Tells whether what was found out does not depend on the bytes that were consumed since. */
  #isStillRight(queue: ChunkQueue): boolean {
    return this.#found
      ? this.matchEnd - this.matchLength >= queue.head
      : this.#position - (this.longest - 1) >= queue.head && this.#sequence >= queue.firstSequence;
  }

  #restart(queue: ChunkQueue): void {
    this.#found = false;
    this.#sequence = queue.firstSequence;
    this.#chunkStart = queue.firstStart;
    this.#position = queue.head;
    this.#automaton?.reset();
  }

  /** Returns the index after the separator, -1 if none ends in the chunk. */
  #searchChunk(chunk: Uint8Array, from: number): number {
    if (from === chunk.length) {
      return -1;
    }
    if (this.#automaton === null) {
      this.matchLength = 1;
      return (this.#nearest?.find(chunk, from) ?? indexOfByte(chunk, this.#byte, from)) + 1 || -1;
    }
    const end = this.#automaton.scan(chunk, from);
    this.matchLength = this.#automaton.matchLength;
    return end;
  }
}

/**
 * Returns private copies of the separators.
 *
 * @throws {TypeError} if one is neither a string nor a `Uint8Array`.
 * @throws {ValueError} if there is none, or one is empty.
 */
export function toSeparators(given: Separator | readonly Separator[]): readonly Uint8Array[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0) {
    throw new ValueError('Separator should contain at least one element');
  }
  const separators = list.map(toBytes);
  if (separators.some((separator) => separator.length === 0)) {
    throw new ValueError('Separator should be at least one-byte string');
  }
  return separators;
}

function toBytes(separator: unknown): Uint8Array {
  if (typeof separator === 'string') {
    return new TextEncoder().encode(separator);
  }
  if (separator instanceof Uint8Array) {
    return new Uint8Array(separator);
  }
  throw new TypeError('separator must be a Uint8Array, a string or an array of them');
}
