import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TextDecodeError } from '../src/results/streamErrors.js';
import { characterCut } from '../src/lines/textDecoding.js';
import { StreamReader } from '../src/reader/streamReader.js';
import { bytes, cut } from './streamFakes.js';

/** Everything that `lines` makes of a stream, ends included. */
async function decode(pieces: readonly Uint8Array[], fatal = false): Promise<string> {
  const reader = new StreamReader();
  for (const piece of pieces) {
    reader.feedData(Uint8Array.from(piece));
  }
  reader.feedEof();
  let text = '';
  for await (const line of reader.lines({ encoding: 'utf8', fatal, keepEnds: true })) {
    text += line;
  }
  return text;
}

/** The replacement rule of the Unicode standard, written down: one U+FFFD for each maximal subpart. */
function decodeByTheBook(data: Uint8Array): string {
  let result = '';
  for (let at = 0; at < data.length;) {
    const lead = data[at] ?? 0;
    const size =
      lead < 0x80
        ? 1
        : lead >= 0xc2 && lead <= 0xdf
          ? 2
          : lead >= 0xe0 && lead <= 0xef
            ? 3
            : lead >= 0xf0 && lead <= 0xf4
              ? 4
              : 0;
    let [low, high] = [0x80, 0xbf];
    if (lead === 0xe0) low = 0xa0;
    if (lead === 0xed) high = 0x9f;
    if (lead === 0xf0) low = 0x90;
    if (lead === 0xf4) high = 0x8f;
    let point = size === 1 ? lead : lead & (0x7f >> size);
    let taken = 1;
    while (taken < size && (data[at + taken] ?? 0) >= low && (data[at + taken] ?? 0) <= high) {
      point = (point << 6) | ((data[at + taken] ?? 0) & 0x3f);
      taken += 1;
      [low, high] = [0x80, 0xbf];
    }
    result += taken === size ? String.fromCodePoint(point) : '\uFFFD';
    at += taken;
  }
  return result;
}

test('every split of every length of character gives the character', async () => {
  for (const character of [
    'a',
    '\0',
    '\x7f',
    '\x80',
    'é',
    '\u07ff',
    '\u0800',
    '€',
    '\uFEFF',
    '\uFFFD',
    '\uFFFF',
    '😀',
    '\u{10FFFF}',
  ]) {
    const data = bytes(`${character}x${character}`);
    for (let first = 0; first <= data.length; first += 1) {
      for (let second = first; second <= data.length; second += 1) {
        const pieces = [data.slice(0, first), data.slice(first, second), data.slice(second)];
        expect(await decode(pieces, true)).toBe(`${character}x${character}`);
      }
    }
  }
});

test('a byte order mark stays, at the beginning and elsewhere', async () => {
  expect(await decode([bytes('\uFEFFa'), bytes('\uFEFFb')])).toBe('\uFEFFa\uFEFFb');
});

test('each maximal invalid part becomes one replacement, however the bytes are cut', async () => {
  const byte = fc.oneof(
    fc.constantFrom(0x61, 0x80, 0xbf, 0xc0, 0xc3, 0xe0, 0xa0, 0xed, 0xef, 0xf0, 0x9f, 0xf4, 0x90, 0xff),
    fc.nat(255),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(byte, { maxLength: 24 }), fc.infiniteStream(fc.nat(4)), async (list, sizes) => {
      const data = Uint8Array.from(list);
      expect(await decode(cut(data, sizes))).toBe(decodeByTheBook(data));
    }),
    { numRuns: 2000 },
  );
});

test('a fatal decoder rejects invalid bytes and an unfinished character', async () => {
  await expect(decode([new Uint8Array([0xff])], true)).rejects.toThrow(TextDecodeError);
  await expect(decode([new Uint8Array([0xe2, 0x82])], true)).rejects.toThrow(TextDecodeError);
});

test('a cut comes before a character that would not be whole', () => {
  const at = (value: string) => {
    const data = bytes(value);
    return (index: number) => data[index];
  };
  expect(characterCut(at('abcd'), 2)).toBe(2);
  expect(characterCut(at('aéb'), 2)).toBe(1);
  expect(characterCut(at('a😀'), 4)).toBe(1);
  expect(characterCut(at('😀'), 2)).toBe(2);
});
