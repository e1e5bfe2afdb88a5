import { describe, expect, it } from '@jest/globals';
import { ByteStore } from '../src/bytes/byteStore.js';
import { cutterFor, type Chunking } from '../src/bytes/chunking.js';
import { everySplit, splitEvery } from '../src/bytes/splitEvery.js';
import { bytes } from './helpers/started.js';

function cut(chunking: Chunking, ...writes: string[]): string[] {
  const store = new ByteStore();
  writes.forEach((write) => {
    store.push(bytes(write));
  });
  const cutter = cutterFor(chunking, 1);
  const chunks: string[] = [];
  while (store.length > 0) {
    chunks.push(Buffer.from(store.take(cutter.nextLength(store))).toString('latin1'));
  }
  return chunks;
}

describe('chunking', () => {
  it.each<[Chunking, string[], string[]]>([
    ['written', ['ab', 'c'], ['ab', 'c']],
    ['coalesced', ['ab', 'c'], ['abc']],
    ['bytes', ['ab', 'c'], ['a', 'b', 'c']],
    ['crlf', ['a\r\nb\r', '\nc'], ['a\r', '\nb\r', '\nc']],
    ['codePoints', ['a€b'], ['a\u00e2', '\u0082\u00acb']],
    [[2, 3], ['abcdefgh'], ['ab', 'cde', 'fg', 'h']],
  ])('%s cuts where it says', (chunking, writes, chunks) => {
    expect(cut(chunking, ...writes)).toEqual(chunks);
  });

  it('of a long text of wide characters looks at each byte a few times only', () => {
    let looks = 0;
    class CountingStore extends ByteStore {
      override findIndex(here: (byte: number, next: number | undefined) => boolean): number {
        return super.findIndex((byte, next) => {
          looks += 1;
          return here(byte, next);
        });
      }
    }
    const store = new CountingStore();
    store.push(bytes('é'.repeat(20_000)));
    const cutter = cutterFor('codePoints', 0);
    while (store.length > 0) {
      store.take(cutter.nextLength(store));
    }
    expect(looks).toBeLessThan(3 * 40_000);
  });
});

describe('splitEvery', () => {
  it('feeds every cut in two, single bytes, and the whole', () => {
    const fed: string[] = [];
    splitEvery(bytes('abc'), (chunks) => fed.push(chunks.map((chunk) => Buffer.from(chunk).toString()).join('|')));
    expect(fed).toEqual(['a|bc', 'ab|c', 'a|b|c', 'abc']);
  });

  it('has no empty chunks, not even of nothing', () => {
    expect([...everySplit(bytes(''))]).toEqual([[]]);
    expect([...everySplit(bytes('a'))].flat().every((chunk) => chunk.length > 0)).toBe(true);
  });
});
