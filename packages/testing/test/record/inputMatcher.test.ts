import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InputMatcher, type Mismatch } from '../../src/record/inputMatcher.js';
import { TextMatcher } from '../../src/record/textMatcher.js';
import { bytes } from '../helpers/started.js';

/** Feeds a text in chunks of a size; returns the first mismatch. */
function feed(matcher: InputMatcher, written: string, size: number): Mismatch | null {
  const all = bytes(written);
  for (let start = 0; start < all.length; start += size) {
    const mismatch = matcher.feed(all.subarray(start, start + size));
    if (mismatch !== null) return mismatch;
  }
  return matcher.missing;
}

describe('TextMatcher', () => {
  it('finds the first occurrence that a naive search finds, in every chunking', () => {
    const word = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom('a', 'b'), minLength, maxLength });
    fc.assert(
      fc.property(word(1, 6), word(0, 30), fc.integer({ min: 1, max: 7 }), (wanted, all, size) => {
        const matcher = new TextMatcher(bytes(wanted));
        let found = -1;
        for (let start = 0; start < all.length && found === -1; start += size) {
          const end = matcher.scan(bytes(all.slice(start, start + size)));
          found = end === -1 ? -1 : start + end;
        }
        const at = all.indexOf(wanted);
        expect(found).toBe(at === -1 ? -1 : at + wanted.length);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('InputMatcher', () => {
  const recorded = [[bytes('token='), { redacted: 8 }, bytes('\n--\n'), bytes('end')]];

  it.each([1, 2, 3, 100])('takes anything for a gap, in chunks of %i', (size) => {
    expect(feed(new InputMatcher(recorded), 'token=abc\n-\n--\nend', size)).toBe(null);
    expect(feed(new InputMatcher(recorded), 'token=\n--\nend', size)).toBe(null);
  });

  it.each([1, 2, 3, 100])('tells where the written bytes differ, in chunks of %i', (size) => {
    expect(feed(new InputMatcher(recorded), 'token:', size)).toMatchObject({ offset: 5 });
    expect(feed(new InputMatcher(recorded), 'token=abc\n--\nEND', size)).toMatchObject({ offset: 18 });
    expect(feed(new InputMatcher(recorded), 'token=abc\n--\nend.', size)).toMatchObject({
      offset: 21,
      expected: 'the end',
    });
  });

  it.each([1, 2, 3, 100])('tells what was not written, in chunks of %i', (size) => {
    expect(feed(new InputMatcher(recorded), 'token=', size)).toMatchObject({ offset: 6 });
    expect(feed(new InputMatcher(recorded), 'token=abc', size)).toMatchObject({ offset: 14 });
    expect(feed(new InputMatcher(recorded), 'token=abc\n--\n', size)).toMatchObject({ offset: 18 });
  });

  it('reads a gap of 300 000 single bytes in linear time', () => {
    const matcher = new InputMatcher([[{ redacted: 300_000 }, bytes('end')]]);
    const byte = bytes('e');
    for (let count = 0; count < 300_000; count += 1) matcher.feed(byte);
    expect(matcher.feed(bytes('nd'))).toBe(null);
    expect(matcher.missing).toBe(null);
  }, 5_000);
});
