/** Ways to cut the output of a child into the chunks that its parent gets. */
import { ValueError } from '@subwire/transport';
import type { ByteStore } from './byteStore.js';
import { wholeNumber } from './checks.js';
import { Random } from '../clock/random.js';

/**
 * How output is cut into chunks.
 *
 * - `'written'`: one chunk for each write of the child.
 * - `'coalesced'`: all bytes in the pipe in one chunk.
 * - `'bytes'`: one byte in each chunk.
 * - `'random'`: random lengths.
 * - `'codePoints'`: a cut inside every character of several bytes.
 * - `'crlf'`: a cut between CR and LF.
 * - An array: chunks of these lengths, repeated; `[5, 1]` gives 5, 1, 5, 1, … bytes.
 */
export type Chunking = 'written' | 'coalesced' | 'bytes' | 'random' | 'codePoints' | 'crlf' | readonly number[];

/** Decides how long the next chunk is. */
export interface Cutter {
  /**
   * @param store - The bytes in the pipe; not empty.
   * @returns at least 1, at most `store.length`.
   */
  nextLength(store: ByteStore): number;
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * Returns the cutter for a chunking.
 *
 * @param chunking - The chunking.
 * @param seed - For `'random'`.
 * @throws {ValueError} for an unknown word, an empty array, and lengths that are not integers of at least 1.
 */
export function cutterFor(chunking: Chunking, seed: number): Cutter {
  if (typeof chunking !== 'string') {
    return lengthsCutter(chunking);
  }
  switch (chunking) {
    case 'written':
      return { nextLength: (store) => store.firstWrite };
    case 'coalesced':
      return { nextLength: (store) => store.length };
    case 'bytes':
      return { nextLength: () => 1 };
    case 'random': {
      const random = new Random(seed);
      return { nextLength: (store) => 1 + random.below(store.length) };
    }
    case 'codePoints':
      return { nextLength: (store) => cutAfter(store, isLeadByte) };
    case 'crlf':
      return { nextLength: (store) => cutAfter(store, (byte, next) => byte === CR && next === LF) };
    default:
      throw new ValueError(`no such chunking: ${String(chunking satisfies never)}`);
  }
}

function lengthsCutter(lengths: readonly number[]): Cutter {
  wholeNumber(lengths.length, 'the number of lengths', 1);
  lengths.forEach((length) => wholeNumber(length, 'a length of chunks', 1));
  let turn = 0;
  return {
    nextLength(store) {
      const length = lengths[turn % lengths.length] ?? 1;
      turn += 1;
      return Math.min(length, store.length);
    },
  };
}

function cutAfter(store: ByteStore, here: (byte: number, next: number | undefined) => boolean): number {
  const index = store.findIndex(here);
  return index === -1 ? store.length : index + 1;
}

/** The first byte of a character of several bytes in UTF-8. */
function isLeadByte(byte: number): boolean {
  return byte >= 0xc0;
}
