import { ValueError } from '@subwire/transport';
import type { ChunkQueue } from './chunkQueue.js';
import { SeparatorScanner } from './separatorScanner.js';

/** Bytes, or a string that stands for its UTF-8 bytes. */
export type Separator = Uint8Array | string;

/**
 * Finds the separator that ends first, from the head of a queue.
 *
 * Each call continues where the last one stopped, also when the front of the queue was consumed in between. So the time is
 * linear in the input, however it is cut into chunks.
 */
export class SeparatorSearch {
  /** Length of the longest separator. */
  readonly longest: number;
  /** Absolute position after the separator that was found. */
  matchEnd = 0;
  /** Length of the separator that was found. */
  matchLength = 0;
  readonly #separators: readonly Uint8Array[];
  readonly #scanner: SeparatorScanner;
  /** Head of the queue at the last call. */
  #base = -1;
  #found = false;
  /** The chunk to continue in, and the absolute position of its first byte. */
  #sequence = 0;
  #chunkStart = 0;
  /** Absolute position of the first byte that was not scanned yet. */
  #position = 0;

  /** @param separators - As `toSeparators` returns them. */
  constructor(separators: readonly Uint8Array[]) {
    this.#separators = separators;
    this.longest = Math.max(...separators.map((separator) => separator.length));
    this.#scanner = new SeparatorScanner(separators);
  }

  /** Tells whether this search looks for the very same separators. */
  isFor(separators: readonly Uint8Array[]): boolean {
    return (
      separators.length === this.#separators.length &&
      separators.every((bytes, index) => Buffer.compare(bytes, this.#separators[index] ?? bytes.subarray(1)) === 0)
    );
  }

  /** Tells whether a separator is complete in the queue; sets `matchEnd` and `matchLength`. */
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
      const end = this.#scanner.scan(chunk, this.#sequence, this.#position - this.#chunkStart);
      if (end !== -1) {
        this.#found = true;
        this.matchLength = this.#scanner.matchLength;
        this.matchEnd = this.#chunkStart + end;
        return true;
      }
      this.#position = this.#chunkStart + chunk.length;
      if (this.#sequence + 1 === queue.endSequence) {
        // The last chunk may still grow, so the next call continues in it.
        return false;
      }
      this.#sequence += 1;
      this.#chunkStart = this.#position;
    }
  }

  /** Tells whether the result so far is still valid although bytes at the front were consumed. */
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
    this.#scanner.reset();
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
