import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ValueError } from '@subwire/transport';
import { LimitOverrunError } from '../src/results/streamErrors.js';
import { StreamReader } from '../src/reader/streamReader.js';
import { bytes, cut, FakeReadTransport, text, turn } from './streamFakes.js';

function fed(limit: number, ...chunks: string[]): StreamReader {
  const reader = new StreamReader({ limit });
  chunks.forEach((chunk) => reader.feedData(bytes(chunk)));
  return reader;
}

// test_readline
test('a line comes together from several chunks, and the rest stays', async () => {
  const reader = fed(65_536, 'chunk1 ');
  const reading = reader.readline();
  reader.feedData(bytes('chunk2 '));
  await turn();
  reader.feedData(bytes('chunk3 '));
  reader.feedData(bytes('\n chunk4'));
  expect(text(await reading)).toBe('chunk1 chunk2 chunk3 \n');
  expect(text(await reader.read(100))).toBe(' chunk4');
});

// test_readline_limit_with_existing_data
test('a line that is too long is dropped if complete, and everything if not', async () => {
  const reader = fed(3, 'li', 'ne1\nline2\n');
  await expect(reader.readline()).rejects.toThrow(ValueError);
  expect(String(reader)).toBe('<StreamReader 6 bytes limit=3>');
  const other = fed(3, 'li', 'ne1', 'li');
  const error = await other.readline().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: 'Separator is not found, and chunk exceed the limit' });
  expect((error as Error).cause).toBeInstanceOf(LimitOverrunError);
  expect(await other.peek(0)).toHaveLength(0);
  other.feedEof();
  expect(await other.readline()).toHaveLength(0);
});

// test_readline_limit
test('a line that becomes too long while it is awaited is dropped, its remainder is a line', async () => {
  const reader = fed(4);
  const reading = reader.readline();
  reader.feedData(bytes('chunk1'));
  await expect(reading).rejects.toThrow(/not found/);
  reader.feedData(bytes('chunk2\nchunk3\n'));
  await expect(reader.readline()).rejects.toThrow(/is found/);
  await expect(reader.readline()).rejects.toThrow(/is found/);
  reader.feedData(bytes('ch\n'));
  expect(text(await reader.readline())).toBe('ch\n');
});

test('the limit counts the bytes before the separator', async () => {
  expect(text(await fed(7, 'AAAAAAA\n').readline())).toBe('AAAAAAA\n');
  await expect(fed(7, 'AAAAAAAA\n').readline()).rejects.toThrow(/is found/);
  const reader = fed(7, 'AAAAAAA');
  const reading = reader.readline();
  await turn();
  reader.feedData(bytes('\n'));
  expect(await reading).toHaveLength(8);
});

test('an overrun of readline resumes the transport', async () => {
  const transport = new FakeReadTransport();
  const reader = fed(3);
  reader.setTransport(transport);
  reader.feedData(bytes('AAAAAAAAAAA'));
  await expect(reader.readline()).rejects.toThrow(ValueError);
  expect(transport.calls).toEqual(['pauseReading', 'resumeReading']);
});

// test_readline_nolimit_nowait, test_readline_eof, test_readline_empty_eof, test_readline_read_byte_count
test('readline takes what is there, then the rest without an end, then nothing for ever', async () => {
  const reader = fed(65_536, 'line1\nline2\nline3');
  expect(text(await reader.readline())).toBe('line1\n');
  expect(text(await reader.read(7))).toBe('line2\nl');
  const reading = reader.readline();
  reader.feedEof();
  expect(text(await reading)).toBe('ine3');
  expect(await reader.readline()).toHaveLength(0);
  expect(await reader.readline()).toHaveLength(0);
});

// test_readuntil_separator
test('an empty separator, or none, is refused', async () => {
  const reader = fed(10);
  await expect(reader.readuntil('')).rejects.toThrow('Separator should be at least one-byte string');
  await expect(reader.readuntil(new Uint8Array(0))).rejects.toThrow(ValueError);
  await expect(reader.readuntil([])).rejects.toThrow('Separator should contain at least one element');
  await expect(reader.readuntil(10 as never)).rejects.toThrow(TypeError);
  await expect(reader.readuntil(null as never)).rejects.toThrow(TypeError);
});

// test_readuntil_multi_chunks
test('a separator is found however it is cut', async () => {
  const reader = fed(65_536, 'lineAAA');
  expect(text(await reader.readuntil('AAA'))).toBe('lineAAA');
  reader.feedData(bytes('lineAAA'));
  expect(text(await reader.readuntil('AAA'))).toBe('lineAAA');
  reader.feedData(bytes('lineAAAxxx'));
  expect(text(await reader.readuntil('AAA'))).toBe('lineAAA');
  expect(text(await reader.read(10))).toBe('xxx');
});

// test_readuntil_multi_chunks_1
test('a beginning of the separator that comes to nothing is no separator', async () => {
  for (const chunks of [['QWEaa', 'XYaa', 'a'], ['QWEaa', 'XYa', 'aa'], ['aaa'], ['Xaaa'], ['XXX', 'a', 'a', 'a']]) {
    const reader = fed(65_536);
    const reading = reader.readuntil('aaa');
    for (const chunk of chunks) {
      reader.feedData(bytes(chunk));
      await turn();
    }
    expect(text(await reading)).toBe(chunks.join(''));
    expect(String(reader)).toBe('<StreamReader>');
  }
});

// test_readuntil_eof
test('readuntil at the end gives the rest with the error', async () => {
  const reader = fed(65_536, 'some dataAA');
  reader.feedEof();
  const error: unknown = await reader.readuntil('AAA').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'ERR_INCOMPLETE_READ', expected: null, partial: bytes('some dataAA') });
  expect(reader.atEof()).toBe(true);
});

// test_readuntil_limit_found_sep
test('an overrun of readuntil keeps the bytes and tells how many are no separator', async () => {
  const reader = fed(3, 'some dataAA');
  await expect(reader.readuntil('AAA')).rejects.toMatchObject({
    code: 'ERR_LIMIT_OVERRUN',
    message: expect.stringMatching(/not found/) as unknown,
    consumed: 9,
  });
  reader.feedData(bytes('A'));
  await expect(reader.readuntil('AAA')).rejects.toMatchObject({
    message: expect.stringMatching(/is found/) as unknown,
    consumed: 9,
  });
  expect(text(await reader.read(100))).toBe('some dataAAA');
});

// test_readuntil_multi_separator
test('of several separators the one that ends first counts', async () => {
  expect(text(await fed(99, 'ABCDEFG').readuntil(['DEF', 'BCDE']))).toBe('ABCDE');
  const reader = fed(99, 'line 1\nline 2\r', '\nline 3');
  expect(text(await reader.readuntil(['\r', '\n']))).toBe('line 1\n');
  expect(text(await reader.readuntil(['\r', '\n']))).toBe('line 2\r');
  expect(text(await reader.readuntil(['\r\n', '\n']))).toBe('\n');
});

// test_readuntil_multi_separator_limit
test('of two separators that end together the shorter one counts for the limit', async () => {
  await expect(fed(3, 'some dataA').readuntil(['A', 'ome dataA'])).rejects.toMatchObject({ consumed: 9 });
});

// test_readuntil_multi_separator_negative_offset
test('less data than the longest separator is no overrun', async () => {
  const reader = fed(99, 'data');
  const reading = reader.readuntil(['A', 'long sep']);
  await turn();
  reader.feedData(bytes('Z'));
  await turn();
  reader.feedData(bytes('Aaaa'));
  expect(text(await reading)).toBe('dataZA');
});

// test_readuntil_bytearray
test('a separator may be bytes, and changing them later changes nothing', async () => {
  const separator = bytes('\r\n');
  const reader = fed(99, 'some data\r', '\nx\r\n');
  expect(text(await reader.readuntil(separator))).toBe('some data\r\n');
  separator.fill(65);
  expect(text(await reader.readuntil(['\r\n']))).toBe('x\r\n');
});

test('iteration yields the results of readline and ends at the end', async () => {
  const reader = fed(65_536, 'a\n\nb');
  reader.feedEof();
  const lines: string[] = [];
  for await (const line of reader) lines.push(text(line));
  expect(lines).toEqual(['a\n', '\n', 'b']);
});

test('leaving the iteration loses nothing', async () => {
  const reader = fed(65_536, 'a\nb\nc');
  for await (const line of reader) {
    expect(text(line)).toBe('a\n');
    break;
  }
  expect(text(await reader.read(9))).toBe('b\nc');
});

/** The result of asyncio's rules, written down without any regard to chunks. */
function splitNaively(all: string, separators: readonly string[]): string[] {
  const parts: string[] = [];
  let rest = all;
  for (;;) {
    const ends = separators.map((one) => rest.indexOf(one)).map((at, i) => at + (separators[i] ?? '').length);
    const found = ends.filter((end, i) => end > 0 && rest.includes(separators[i] ?? ''));
    if (found.length === 0) return rest === '' ? parts : [...parts, rest];
    const end = Math.min(...found);
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
}

const soup = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n'), maxLength: 60 });
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });

test('any chunking gives the same parts for any separators', async () => {
  await fc.assert(
    fc.asyncProperty(
      soup,
      fc.array(word, { minLength: 1, maxLength: 3 }),
      fc.infiniteStream(fc.nat(7)),
      fc.boolean(),
      async (all, separators, sizes, early) => {
        const reader = new StreamReader();
        const parts: string[] = [];
        const feed = async (): Promise<void> => {
          for (const chunk of cut(bytes(all), sizes)) {
            reader.feedData(chunk);
            if (!early) await Promise.resolve();
          }
          reader.feedEof();
        };
        const feeding = feed();
        for (;;) {
          const part = await reader.readuntil(separators).catch((error: { partial: Uint8Array }) => error.partial);
          if (part.length > 0) parts.push(text(part));
          if (reader.atEof()) break;
        }
        await feeding;
        expect(parts).toEqual(splitNaively(all, separators));
      },
    ),
    { numRuns: 500 },
  );
});

test('any chunking gives an overrun for the same input', async () => {
  await fc.assert(
    fc.asyncProperty(soup, fc.integer({ min: 1, max: 9 }), fc.infiniteStream(fc.nat(5)), async (all, limit, sizes) => {
      const reader = new StreamReader({ limit });
      cut(bytes(all), sizes).forEach((chunk) => reader.feedData(chunk));
      reader.feedEof();
      const parts = splitNaively(all, ['\n']);
      for (const part of parts) {
        const ended = part.endsWith('\n');
        const reading = reader.readuntil('\n');
        if (part.length - (ended ? 1 : 0) > limit) {
          await expect(reading).rejects.toMatchObject({ code: 'ERR_LIMIT_OVERRUN' });
          await reader.readexactly(part.length);
        } else if (ended) {
          expect(text(await reading)).toBe(part);
        } else {
          await expect(reading).rejects.toMatchObject({ code: 'ERR_INCOMPLETE_READ' });
        }
      }
      expect(reader.atEof()).toBe(true);
    }),
  );
});
