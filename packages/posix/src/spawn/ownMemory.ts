/**
 * Reads memory of this process that may be given back meanwhile: the kernel copies it, and says that there is none where
 * `memcpy` would end the process.
 */
import { native } from '../native/ffi.js';

const LOW_WORD = 2 ** 32;
const VECTOR_WORDS = 4;
const MAX_RANGES = 8;

/** A range to read, and where it goes. */
export interface Range {
  readonly from: number;
  readonly bytes: number;
  /** The address of memory that nobody moves. */
  readonly to: number;
}

/** What the call takes, kept for the next one. */
export class OwnMemory {
  // Each range is an `iovec` on both sides: an address and a length. Large enough not to be moved.
  readonly #local = new Uint32Array(MAX_RANGES * VECTOR_WORDS);
  readonly #remote = new Uint32Array(MAX_RANGES * VECTOR_WORDS);
  readonly #localAddress = native().addressOf(new Uint8Array(this.#local.buffer));
  readonly #remoteAddress = native().addressOf(new Uint8Array(this.#remote.buffer));

  /**
   * Reads ranges, one after another, up to the first byte that is not there.
   * @returns the number of bytes, -1 if there are none or the system does not allow it.
   */
  read(...ranges: readonly Range[]): number {
    for (const [index, { from, bytes, to }] of ranges.entries()) {
      writeVector(this.#remote, index, from, bytes);
      writeVector(this.#local, index, to, bytes);
    }
    return native().readOwnMemory(this.#localAddress, this.#remoteAddress, ranges.length);
  }
}

function writeVector(words: Uint32Array, index: number, address: number, bytes: number): void {
  const at = index * VECTOR_WORDS;
  words[at] = address % LOW_WORD;
  words[at + 1] = Math.floor(address / LOW_WORD);
  words[at + 2] = bytes;
  words[at + 3] = 0;
}
