/** Ways to cut what a child writes into the chunks that its parent gets. */
import type { ByteStore } from './byteStore.js';
import { Random } from './random.js';

/**
 * How output is cut: `'written'` keeps the child's writes, `'coalesced'` joins all that is there, `'bytes'` gives single
 * bytes, `'random'` cuts anywhere, `'codePoints'` cuts inside every character of several bytes, `'crlf'` cuts between CR
 * and LF; an array cuts at these lengths, again and again.
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

/** Returns the cutter for a way of cutting. */
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
      return { nextLength: (store) => cutAfter(store.peek(), isLeadByte) };
    case 'crlf':
      return { nextLength: (store) => cutAfter(store.peek(), (byte, next) => byte === CR && next === LF) };
  }
}

function lengthsCutter(lengths: readonly number[]): Cutter {
  let turn = 0;
  return {
    nextLength(store) {
      const length = lengths[turn % lengths.length] ?? store.length;
      turn += 1;
      return Math.max(1, Math.min(length, store.length));
    },
  };
}

function cutAfter(available: Uint8Array, here: (byte: number, next: number | undefined) => boolean): number {
  const index = available.findIndex((byte, at) => here(byte, available[at + 1]));
  return index === -1 ? available.length : index + 1;
}

/** The first byte of a character of several bytes in UTF-8. */
function isLeadByte(byte: number): boolean {
  return byte >= 0xc0;
}
