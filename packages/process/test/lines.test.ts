import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ValueError } from '@subwire/transport';
import type { TextLineOptions } from '../src/lines/lineOptions.js';
import { TextDecodeError } from '../src/results/streamErrors.js';
import { StreamReader } from '../src/reader/streamReader.js';
import { bytes, cut, FakeReadTransport, text, turn } from './streamFakes.js';

const UTF8 = { encoding: 'utf8' } as const;

function ended(data: Uint8Array | string, limit?: number): StreamReader {
  const reader = new StreamReader(limit === undefined ? {} : { limit });
  reader.feedData(typeof data === 'string' ? bytes(data) : data);
  reader.feedEof();
  return reader;
}

async function all<T>(lines: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const line of lines) list.push(line);
  return list;
}

/** The lines of `data`, fed in pieces while they are read; an error ends the list with its code. */
async function linesOf(data: Uint8Array, sizes: Iterator<number>, options: TextLineOptions): Promise<string[]> {
  const reader = new StreamReader({ limit: 300 });
  const feed = async (): Promise<void> => {
    for (const piece of cut(data, sizes)) {
      reader.feedData(piece);
      if (piece.length % 2 === 0) await turn();
    }
    reader.feedEof();
  };
  const feeding = feed();
  const list: string[] = [];
  try {
    for await (const line of reader.lines(options)) list.push(line);
  } catch (error) {
    list.push(`${(error as { code: string }).code} ${(error as { consumed?: number }).consumed}`);
  }
  await feeding;
  return list;
}

test('lines of text come without their ends, the last one as it is', async () => {
  expect(await all(ended('a\n\nb\r\nc').lines(UTF8))).toEqual(['a', '', 'b\r', 'c']);
  expect(await all(ended('a\n').lines(UTF8))).toEqual(['a']);
  expect(await all(ended('\n').lines(UTF8))).toEqual(['']);
  expect(await all(ended('').lines(UTF8))).toEqual([]);
});

test('lines of bytes are the default', async () => {
  expect(await all(ended('a\nb').lines())).toEqual([bytes('a'), bytes('b')]);
  expect(await all(ended('a\nb').lines({ keepEnds: true }))).toEqual([bytes('a\n'), bytes('b')]);
});

test('ends are kept on demand, and other separators may be given', async () => {
  expect(await all(ended('a\nb\n').lines({ ...UTF8, keepEnds: true }))).toEqual(['a\n', 'b\n']);
  expect(await all(ended('a\0b\0c').lines({ ...UTF8, separators: '\0' }))).toEqual(['a', 'b', 'c']);
  expect(await all(ended('a--b;c').lines({ ...UTF8, separators: ['--', bytes(';')], keepEnds: true }))).toEqual([
    'a--',
    'b;',
    'c',
  ]);
});

test('NUL and the line separators of Unicode are ordinary characters', async () => {
  expect(await all(ended('a\0\u2028\u2029\u0085b\nc').lines(UTF8))).toEqual(['a\0\u2028\u2029\u0085b', 'c']);
});

test('a byte order mark stays', async () => {
  expect(await all(ended('\uFEFFa\n\uFEFFb').lines(UTF8))).toEqual(['\uFEFFa', '\uFEFFb']);
});

test('latin1 maps bytes to characters', async () => {
  expect(await all(ended(new Uint8Array([0xe9, 10, 0x80])).lines({ encoding: 'latin1' }))).toEqual(['\xe9', '\x80']);
});

test('universal newlines end a line at each of the three, and a kept end is a newline', async () => {
  const options = { ...UTF8, universalNewlines: true };
  expect(await all(ended('a\r\nb\rc\nd\r').lines(options))).toEqual(['a', 'b', 'c', 'd']);
  expect(await all(ended('a\r\r\n\n').lines(options))).toEqual(['a', '', '']);
  expect(await all(ended('a\r\nb\rc').lines({ ...options, keepEnds: true }))).toEqual(['a\n', 'b\n', 'c']);
});

test('a progress line comes at once, and the newline that follows later is no line', async () => {
  const reader = new StreamReader();
  const lines = reader.lines({ ...UTF8, universalNewlines: true });
  reader.feedData(bytes('10%\r'));
  expect((await lines.next()).value).toBe('10%');
  reader.feedData(bytes('\n'));
  const next = lines.next();
  await turn();
  reader.feedData(bytes('done\n'));
  expect((await next).value).toBe('done');
});

test('a line that is too long is an error and stays in the reader', async () => {
  const reader = ended('ok\nlonger\nx');
  const lines = reader.lines({ ...UTF8, maxLineBytes: 5 });
  expect((await lines.next()).value).toBe('ok');
  await expect(lines.next()).rejects.toMatchObject({ code: 'ERR_LIMIT_OVERRUN', consumed: 5 });
  expect((await lines.next()).done).toBe(true);
  expect(text(await reader.read())).toBe('longer\nx');
});

test('a line that is too long is split into pieces without an end', async () => {
  const options = { ...UTF8, maxLineBytes: 3, onOverrun: 'split', keepEnds: true } as const;
  expect(await all(ended('abcdefg\nhij\n').lines(options))).toEqual(['abc', 'def', 'g\n', 'hij\n']);
  expect(await all(ended('aéé\n').lines(options))).toEqual(['aé', 'é\n']);
});

test('a line that is too long is truncated', async () => {
  const options = { ...UTF8, maxLineBytes: 3, onOverrun: 'truncate' } as const;
  expect(await all(ended('abcdefg\nhij\nklmn').lines(options))).toEqual(['abc', 'hij', 'klm']);
  expect(await all(ended('ab😀\nx').lines(options))).toEqual(['ab', 'x']);
  expect(await all(ended('😀😀\nx').lines({ ...options, maxLineBytes: 1, encoding: 'latin1' }))).toEqual(['\xf0', 'x']);
});

test('a truncated line comes before its end is there', async () => {
  const reader = new StreamReader();
  const lines = reader.lines({ ...UTF8, maxLineBytes: 3, onOverrun: 'truncate' });
  reader.feedData(bytes('abcdef'));
  expect((await lines.next()).value).toBe('abc');
  const next = lines.next();
  reader.feedData(bytes('ghi'));
  await turn();
  reader.feedData(bytes('jk\nx\n'));
  expect((await next).value).toBe('x');
});

test('invalid text is replaced, or an error after the lines before it', async () => {
  const data = new Uint8Array([97, 10, 0xff, 98, 10, 99]);
  expect(await all(ended(data).lines(UTF8))).toEqual(['a', '\uFFFDb', 'c']);
  const reader = ended(data);
  const lines = reader.lines({ ...UTF8, fatal: true });
  expect((await lines.next()).value).toBe('a');
  const error: unknown = await lines.next().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TextDecodeError);
  expect(error).toMatchObject({ code: 'ERR_TEXT_DECODE', bytes: new Uint8Array([0xff, 98]) });
  expect(text(await reader.read())).toBe('c');
});

test('leaving the loop loses nothing, in the middle of a batch too', async () => {
  const reader = new StreamReader();
  reader.feedData(bytes('é1\n2\n3\n4'));
  for await (const line of reader.lines(UTF8)) {
    if (line === '2') break;
  }
  expect(text(await reader.peek(3))).toBe('3\n4');
  expect(String(reader)).toBe('<StreamReader 3 bytes>');
});

test('other reads may come between lines', async () => {
  const reader = ended('\uFFFD1\n2\nrawbytes3\n4\n');
  const lines = reader.lines(UTF8);
  expect((await lines.next()).value).toBe('\uFFFD1');
  expect((await lines.next()).value).toBe('2');
  expect(text(await reader.readexactly(8))).toBe('rawbytes');
  expect((await lines.next()).value).toBe('3');
  expect(reader.atEof()).toBe(false);
  expect(text(await reader.readline())).toBe('4\n');
  expect(reader.atEof()).toBe(true);
  expect((await lines.next()).done).toBe(true);
});

test('two iterations share the lines', async () => {
  const reader = ended('1\n2\n3\n4\n');
  const [one, two] = [reader.lines(UTF8), reader.lines(UTF8)];
  const values = [await one.next(), await two.next(), await one.next(), await two.next()].map((r) => r.value as string);
  expect(values).toEqual(['1', '2', '3', '4']);
});

test('an exception or a cancel in the middle of a batch ends the lines at once', async () => {
  const reader = ended('1\n2\n3\n');
  const lines = reader.lines(UTF8);
  await lines.next();
  reader.setException(new Error('broken'));
  await expect(lines.next()).rejects.toThrow('broken');
  const other = ended('1\n2\n3\n');
  const rest = other.lines(UTF8);
  await rest.next();
  other.cancel();
  expect((await rest.next()).done).toBe(true);
});

test('an abort ends the iteration with its reason and loses nothing', async () => {
  const reader = new StreamReader();
  const abort = new AbortController();
  reader.feedData(bytes('1\n2\n'));
  const lines = reader.lines({ ...UTF8, signal: abort.signal });
  await lines.next();
  abort.abort(new Error('enough'));
  await expect(lines.next()).rejects.toThrow('enough');
  expect(text(await reader.read(9))).toBe('2\n');
  const waiting = new AbortController();
  const next = reader.lines({ ...UTF8, signal: waiting.signal }).next();
  reader.feedData(bytes('par'));
  waiting.abort(new Error('again'));
  await expect(next).rejects.toThrow('again');
  expect(text(await reader.read(9))).toBe('par');
});

test('ending an iteration that waits frees the reader', async () => {
  const reader = new StreamReader();
  const lines = reader.lines(UTF8);
  const next = lines.next();
  await lines.return?.();
  expect((await next).done).toBe(true);
  reader.feedData(bytes('x\n'));
  expect(text(await reader.readline())).toBe('x\n');
});

test('a second waiting next is refused, and the first one goes on', async () => {
  const reader = new StreamReader();
  const lines = reader.lines(UTF8);
  const first = lines.next();
  await expect(lines.next()).rejects.toMatchObject({ code: 'ERR_CONCURRENT_READ' });
  reader.feedData(bytes('x\n'));
  expect((await first).value).toBe('x');
});

test('options that make no sense are refused', () => {
  const reader = new StreamReader();
  const refuse = (options: object): void => {
    expect(() => reader.lines(options)).toThrow(ValueError);
  };
  refuse({ encoding: 'ebcdic' });
  refuse({ maxLineBytes: 0 });
  refuse({ onOverrun: 'explode' });
  refuse({ separators: '' });
  refuse({ separators: '\n', universalNewlines: true });
  expect(() => reader.lines({ keepends: true } as object)).toThrow(TypeError);
});

test('lines hold the transport back between twice the limit and the limit', async () => {
  const transport = new FakeReadTransport();
  const reader = new StreamReader({ limit: 400 });
  reader.setTransport(transport);
  reader.feedData(bytes('0123456789abcde\n'.repeat(60)));
  expect(transport.calls).toEqual(['pauseReading']);
  const lines = reader.lines(UTF8);
  for (let count = 0; count < 60 && transport.calls.length === 1; count += 1) await lines.next();
  expect(transport.calls).toEqual(['pauseReading', 'resumeReading']);
  expect(reader.exception()).toBeNull();
  expect((await reader.peek(1)).length).toBe(1);
});

test('a million lines come out of the buffer, and nothing in it is looked at twice', async () => {
  const reader = new StreamReader();
  const block = bytes('0123456789\n'.repeat(5000));
  for (let count = 0; count < 200; count += 1) reader.feedData(new Uint8Array(block));
  reader.feedEof();
  let count = 0;
  for await (const line of reader.lines(UTF8)) count += line.length;
  expect(count).toBe(10_000_000);
});

test('batches are all the lines that are there, and the same lines', async () => {
  const reader = new StreamReader();
  const batches = reader.lineBatches(UTF8);
  reader.feedData(bytes('1\n2\n3\n4'));
  expect((await batches.next()).value).toEqual(['1', '2', '3']);
  const next = batches.next();
  reader.feedData(bytes('5\n\n'));
  expect((await next).value).toEqual(['45', '']);
  reader.feedEof();
  expect((await batches.next()).done).toBe(true);
  const many = '0123456789\n'.repeat(5000);
  const lists = await all(ended(many).lineBatches({ keepEnds: true }));
  expect(lists.map((list) => list.length)).toEqual([1024, 1024, 1024, 1024, 904]);
  expect(lists.flat().map(text).join('')).toBe(many);
});

test('batches that are asked for at once have their lines in order', async () => {
  const reader = ended('1\n'.repeat(1024) + '2\n3\n');
  const batches = reader.lineBatches(UTF8);
  const [first, second, third] = await Promise.all([batches.next(), batches.next(), batches.next()]);
  expect(new Set(first.value)).toEqual(new Set(['1']));
  expect([first.value?.length, second.value, third.done]).toEqual([1024, ['2', '3'], true]);
});

test('leaving a loop over batches loses nothing', async () => {
  const reader = ended('1\n2\nrest');
  for await (const batch of reader.lineBatches(UTF8)) {
    expect(batch).toEqual(['1', '2']);
    break;
  }
  expect(text(await reader.read())).toBe('rest');
});

test('a line of a megabyte in pieces of a few bytes is searched once', async () => {
  const reader = new StreamReader({ limit: 2_000_000 });
  const lines = reader.lines({ ...UTF8, separators: '\r\n', maxLineBytes: 2_000_000 });
  const next = lines.next();
  const piece = bytes('abcdefg\r');
  for (let count = 0; count < 131_072; count += 1) reader.feedData(piece);
  reader.feedData(bytes('\n'));
  expect((await next).value).toHaveLength(1_048_575);
});

test('a hundred thousand reads that are given up do not search the line again', async () => {
  const reader = new StreamReader({ limit: 10_000_000 });
  reader.feedData(new Uint8Array(5_000_000));
  for (let count = 0; count < 20_000; count += 1) {
    const abort = new AbortController();
    const reading = reader.readline({ signal: abort.signal });
    abort.abort();
    await reading.catch(() => undefined);
  }
  reader.feedData(bytes('\n'));
  expect(await reader.readline()).toHaveLength(5_000_001);
});

const hostile = fc.oneof(
  fc.constantFrom('\n', '\r', '\r\n', 'é', '€', '😀', '\uFEFF', '\0', '\u2028', 'a').map(bytes),
  fc.uint8Array({ maxLength: 4 }),
  fc
    .constantFrom([0xf0, 0x9f], [0xe2, 0x82], [0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xff])
    .map((list) => Uint8Array.from(list)),
);
const stream = fc.array(hostile, { maxLength: 40 }).map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

test('any chunking gives the same lines, pieces and errors', async () => {
  const options = fc.record({
    encoding: fc.constantFrom('utf8' as const, 'latin1' as const),
    fatal: fc.boolean(),
    maxLineBytes: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(1000)),
    onOverrun: fc.constantFrom('error' as const, 'split' as const, 'truncate' as const),
    keepEnds: fc.boolean(),
    universalNewlines: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(stream, options, fc.infiniteStream(fc.nat(6)), async (data, given, sizes) => {
      const whole = await linesOf(data, [data.length + 1][Symbol.iterator](), given);
      expect(await linesOf(data, sizes, given)).toEqual(whole);
    }),
    { numRuns: 500 },
  );
});

test('lines of text are the text cut at its newlines', async () => {
  await fc.assert(
    fc.asyncProperty(stream, fc.infiniteStream(fc.nat(6)), async (data, sizes) => {
      const kept = await linesOf(data, sizes, { ...UTF8, keepEnds: true });
      expect(kept.join('')).toBe(text(data));
      expect(kept.every((line, i) => line.indexOf('\n') === line.length - 1 || i === kept.length - 1)).toBe(true);
    }),
  );
});

test('pieces of a split line are the line', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 4, max: 9 }),
      async (line, max) => {
        const data = bytes(line);
        const options = { ...UTF8, maxLineBytes: max, onOverrun: 'split', keepEnds: true } as const;
        expect((await all(ended(data).lines(options))).join('')).toBe(text(data));
      },
    ),
  );
});

test('any mixture of feeds, reads and aborts delivers each byte once and in order', async () => {
  const step = fc.oneof(
    fc.record({ op: fc.constant('feed' as const), size: fc.nat(30) }),
    fc.record({
      op: fc.constantFrom('read', 'readexactly', 'readline', 'readInto', 'line', 'iterate', 'bytes'),
      size: fc.integer({ min: 1, max: 20 }),
    }),
    fc.record({ op: fc.constantFrom('abort', 'turn', 'slab'), size: fc.nat(20) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const transport = new FakeReadTransport();
      const reader = new StreamReader({ limit: 300 });
      reader.setTransport(transport);
      let [sent, got, next] = ['', '', 0];
      const letters = (size: number): string =>
        Array.from({ length: size }, () => ((next += 1) % 5 === 0 ? '\n' : String.fromCharCode(97 + (next % 26)))).join(
          '',
        );
      let abort = new AbortController();
      const reads: Promise<unknown>[] = [];
      const iterator = reader[Symbol.asyncIterator]();
      const start = (op: string, size: number): Promise<string> => {
        const o = { signal: abort.signal };
        const lineOptions = { keepEnds: true, signal: abort.signal };
        switch (op) {
          case 'read':
            return reader.read(size, o).then(text);
          case 'readexactly':
            return reader.readexactly(size, o).then(text);
          case 'readline':
            return reader.readline(o).then(text);
          case 'readInto': {
            const view = new Uint8Array(size);
            return reader.readInto(view, o).then((count) => text(view.subarray(0, count)));
          }
          case 'bytes':
            return reader
              .lines(lineOptions)
              .next()
              .then((r) => text(r.value ?? bytes('')));
          case 'iterate':
            return iterator.next().then((r) => text(r.value ?? bytes('')));
          default:
            return reader
              .lines({ ...UTF8, ...lineOptions })
              .next()
              .then((r) => r.value ?? '');
        }
      };
      for (const { op, size } of steps) {
        if (op === 'feed') {
          const data = letters(size);
          sent += data;
          reader.feedData(bytes(data));
        } else if (op === 'slab') {
          const data = letters(size);
          sent += data;
          reader.getBuffer(size).set(bytes(data));
          reader.bufferUpdated(size);
        } else if (op === 'abort') {
          abort.abort();
          abort = new AbortController();
        } else if (op !== 'turn') {
          reads.push(
            start(op, size).then(
              (part) => (got += part),
              () => undefined,
            ),
          );
        }
        // A read that was woken takes its bytes in a later turn; one that starts meanwhile may come first.
        if (op !== 'abort') await turn();
      }
      abort.abort();
      reader.feedEof();
      await Promise.all(reads);
      await turn();
      got += text(await reader.read());
      expect(got).toBe(sent);
    }),
    { numRuns: 500 },
  );
});
