/** Ways to cut what a child writes into the chunks that its parent gets. */
import { ValueError } from '@subwire/transport';
import type { ByteStore } from './byteStore.js';
import { wholeNumber } from './checks.js';
import { Random } from '../clock/random.js';

/**
 * How output is cut: `'written'` keeps the child's writes, `'coalesced'` joins all that is there, `'bytes'` gives single
 * bytes, `'random'` cuts anywhere, `'codePoints'` cuts inside every character of several bytes, `'crlf'` cuts between CR
 * and LF; an array cuts at these lengths, again and again, so that `[5, 1]` splits a header and its body anew each time.
 */
export type Chunking = 'written' | 'coalesced' | 'bytes' | 'random' | 'codePoints' | 'crlf' | readonly number[];

/** Says how long the next chunk is. */
export interface Cutter {
  /**
   * @param store - What can be delivered now, not empty.
   * @returns at least 1, at most `store.length`.
   */
  nextLength(store: ByteStore): number;
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * Returns the cutter for a way of cutting.
 *
 * @throws {ValueError} for an unknown way, and for lengths that are not whole numbers from 1 on.
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
