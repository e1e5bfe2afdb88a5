import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { NotSupportedError, ValueError } from '@subwire/transport';
import {
  ConcurrentReadError,
  IncompleteReadError,
  LimitOverrunError,
  StreamStateError,
} from '../src/results/streamErrors.js';
import { StreamReader } from '../src/reader/streamReader.js';
import { bytes, FakeReadTransport, text, turn } from './streamFakes.js';

const DATA = 'line1\nline2\nline3\n';

function fed(...chunks: string[]): StreamReader {
  const reader = new StreamReader();
  chunks.forEach((chunk) => reader.feedData(bytes(chunk)));
  return reader;
}

// test_feed_empty_data
test('empty data changes nothing', async () => {
  const reader = fed('');
  reader.feedEof();
  expect(reader.atEof()).toBe(true);
  expect(await reader.read()).toHaveLength(0);
});

// test_feed_nonempty_data
test('data is buffered until it is read', async () => {
  const reader = fed(DATA);
  expect(text(await reader.read(100))).toBe(DATA);
});

test('data that is no Uint8Array is a TypeError', () => {
  expect(() => new StreamReader().feedData('x' as never)).toThrow(TypeError);
});

test('data after the end is a mistake, even if empty', () => {
  const reader = new StreamReader();
  reader.feedEof();
  reader.feedEof();
  expect(() => reader.feedData(bytes(''))).toThrow(StreamStateError);
  expect(() => reader.getBuffer()).toThrow(StreamStateError);
});

// test_read_zero
test('read(0) consumes nothing and does not wait', async () => {
  const reader = fed(DATA);
  expect(await reader.read(0)).toHaveLength(0);
  expect(text(await reader.read(100))).toBe(DATA);
  expect(await new StreamReader().read(0)).toHaveLength(0);
});

// test_read
test('a read waits for data, and then takes what came in the same tick too', async () => {
  const reader = new StreamReader();
  const reading = reader.read(30);
  reader.feedData(bytes(DATA));
  reader.feedData(bytes('more'));
  expect(text(await reading)).toBe(`${DATA}more`);
});

// test_read_line_breaks
test('read(n) returns n bytes and leaves the rest', async () => {
  const reader = fed('line1', 'line2');
  expect(text(await reader.read(5))).toBe('line1');
  expect(text(await reader.read(5))).toBe('line2');
});

// test_read_eof
test('a read at the end is empty', async () => {
  const reader = new StreamReader();
  const reading = reader.read(1024);
  reader.feedEof();
  expect(await reading).toHaveLength(0);
  expect(await reader.read(1024)).toHaveLength(0);
});

// test_read_until_eof
test('read(-1) joins everything up to the end', async () => {
  const reader = new StreamReader();
  const reading = reader.read(-1);
  reader.feedData(bytes('chunk1\n'));
  await turn();
  reader.feedData(bytes('chunk2'));
  reader.feedEof();
  expect(text(await reading)).toBe('chunk1\nchunk2');
});

// test_read_exception, test_readline_exception, test_readexactly_exception
test('a stored exception comes before the data and before the arguments', async () => {
  const reader = fed('line\n');
  expect(text(await reader.read(2))).toBe('li');
  const error = new Error('stored');
  reader.setException(error);
  await expect(reader.read(2)).rejects.toBe(error);
  await expect(reader.read(0)).rejects.toBe(error);
  await expect(reader.readline()).rejects.toBe(error);
  await expect(reader.readuntil('\n')).rejects.toBe(error);
  await expect(reader.readexactly(1)).rejects.toBe(error);
  await expect(reader.peek(1)).rejects.toBe(error);
  await expect(reader.readInto(new Uint8Array(1))).rejects.toBe(error);
  await expect(reader.lines().next()).rejects.toBe(error);
  await expect(reader[Symbol.asyncIterator]().next()).rejects.toBe(error);
});

test('wrong arguments come before a stored exception', async () => {
  const reader = new StreamReader();
  reader.setException(new Error('stored'));
  await expect(reader.readexactly(-1)).rejects.toThrow(/less than zero/);
  await expect(reader.readuntil([])).rejects.toThrow(/at least one element/);
  await expect(reader.readuntil(['a', ''])).rejects.toThrow(/at least one-byte string/);
  await expect(reader.read(1.5)).rejects.toThrow(TypeError);
});

// test_invalid_limit
test('a limit of 0 or below, or none at all, is refused', () => {
  expect(() => new StreamReader({ limit: 0 })).toThrow(ValueError);
  expect(() => new StreamReader({ limit: -1 })).toThrow(/limit/);
  expect(() => new StreamReader({ limit: NaN })).toThrow(/limit/);
  expect(() => new StreamReader({ limit: '5' as never })).toThrow(TypeError);
  expect(() => new StreamReader({ limits: 5 } as never)).toThrow(/limits/);
});

// test_read_limit
test('read(n) may return more than the limit', async () => {
  const reader = new StreamReader({ limit: 3 });
  reader.feedData(bytes('chunk'));
  expect(text(await reader.read(5))).toBe('chunk');
});

// test_at_eof
test('the end is reached when it was fed and everything was read', async () => {
  const reader = fed('some data\n');
  expect(reader.atEof()).toBe(false);
  await reader.readline();
  expect(reader.atEof()).toBe(false);
  reader.feedData(bytes('some data\n'));
  reader.feedEof();
  expect(reader.atEof()).toBe(false);
  await reader.readline();
  expect(reader.atEof()).toBe(true);
});

// test_readexactly_zero_or_less
test('readexactly(0) is empty and a negative count is refused', async () => {
  const reader = fed(DATA);
  expect(await reader.readexactly(0)).toHaveLength(0);
  await expect(reader.readexactly(-1)).rejects.toThrow(ValueError);
  expect(text(await reader.read(100))).toBe(DATA);
});

// test_readexactly, test_readexactly_limit
test('readexactly waits for all bytes, beyond the limit too, and leaves the rest', async () => {
  const reader = new StreamReader({ limit: 3 });
  const reading = reader.readexactly(2 * DATA.length);
  reader.feedData(bytes(DATA));
  await turn();
  reader.feedData(bytes(DATA));
  reader.feedData(bytes(DATA));
  expect(text(await reading)).toBe(DATA + DATA);
  expect(text(await reader.read(100))).toBe(DATA);
});

// test_readexactly_eof
test('readexactly at an early end gives the rest with the error', async () => {
  const reader = new StreamReader();
  const reading = reader.readexactly(36);
  reader.feedData(bytes(DATA));
  reader.feedEof();
  const error: IncompleteReadError = await reading.then(fail, (thrown: IncompleteReadError) => thrown);
  expect(error).toBeInstanceOf(IncompleteReadError);
  expect(error).toMatchObject({ code: 'ERR_INCOMPLETE_READ', expected: 36 });
  expect(text(error.partial)).toBe(DATA);
  expect(error.message).toBe('18 bytes read on a total of 36 expected bytes');
  expect(await reader.read(100)).toHaveLength(0);
});

// test_exception, test_exception_waiter
test('an exception rejects the waiting read, and a second one takes its place', async () => {
  const reader = new StreamReader();
  expect(reader.exception()).toBeNull();
  const first = new Error('first');
  const reading = reader.readline();
  reader.setException(first);
  await expect(reading).rejects.toBe(first);
  const second = new Error('second');
  reader.setException(second);
  expect(reader.exception()).toBe(second);
});

// test_exception_cancel
test('an exception after an abort does not touch the aborted read', async () => {
  const reader = new StreamReader();
  const abort = new AbortController();
  const reading = reader.readline({ signal: abort.signal });
  abort.abort(new Error('enough'));
  reader.setException(new Error('late'));
  await expect(reading).rejects.toThrow('enough');
});

test('a second waiting read is refused by the name of its method', async () => {
  const reader = new StreamReader();
  const first = reader.read(1);
  await expect(reader.read(1)).rejects.toThrow('read() called while another read is already waiting for incoming data');
  await expect(reader.readline()).rejects.toThrow(/^readuntil\(\)/);
  await expect(reader.readexactly(2)).rejects.toThrow(ConcurrentReadError);
  await expect(reader.lines().next()).rejects.toThrow(/^lines\(\)/);
  await expect(reader.peek(2)).rejects.toMatchObject({ code: 'ERR_CONCURRENT_READ', method: 'peek' });
  reader.feedData(bytes('x'));
  expect(text(await first)).toBe('x');
});

test('a read that finds its bytes does not conflict with a waiting one', async () => {
  const reader = fed('abc');
  const waiting = reader.readexactly(6);
  expect(text(await reader.read(2))).toBe('ab');
  reader.feedData(bytes('defgh'));
  expect(text(await waiting)).toBe('cdefgh');
});

test('a read that lost its bytes to another one goes on waiting', async () => {
  const reader = new StreamReader();
  const waiting = reader.read(5);
  reader.feedData(bytes('ab'));
  const thief = reader.read(5);
  expect(text(await thief)).toBe('ab');
  reader.feedData(bytes('cd'));
  expect(text(await waiting)).toBe('cd');
});

test('an abort frees the reader in the same tick and loses nothing', async () => {
  const reader = fed('ab');
  const abort = new AbortController();
  const aborted = [reader.read(-1, { signal: abort.signal })];
  const reason = new Error('enough');
  abort.abort(reason);
  const next = reader.readexactly(4);
  reader.feedData(bytes('cd'));
  for (const read of aborted) await expect(read).rejects.toBe(reason);
  expect(text(await next)).toBe('abcd');
});

test('a signal keeps no listener of a read that is over', async () => {
  const { signal } = new AbortController();
  const reader = new StreamReader();
  for (let count = 0; count < 3; count += 1) {
    const reading = reader.readline({ signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    reader.feedData(bytes('x\n'));
    await reading;
  }
  const lines = reader.lines({ signal });
  const last = lines.next();
  reader.feedEof();
  await last;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('a signal that is aborted already rejects and consumes nothing', async () => {
  const reader = fed('line\n');
  const signal = AbortSignal.abort(new Error('too late'));
  await expect(reader.read(1, { signal })).rejects.toThrow('too late');
  await expect(reader.readline({ signal })).rejects.toThrow('too late');
  await expect(reader.readInto(new Uint8Array(1), { signal })).rejects.toThrow('too late');
  expect(text(await reader.readline())).toBe('line\n');
});

const READS: readonly [name: string, (reader: StreamReader, signal: AbortSignal) => Promise<unknown>][] = [
  ['read(n)', (reader, signal) => reader.read(5, { signal })],
  ['read()', (reader, signal) => reader.read(-1, { signal })],
  ['readexactly', (reader, signal) => reader.readexactly(5, { signal })],
  ['readuntil', (reader, signal) => reader.readuntil(';', { signal })],
  ['readline', (reader, signal) => reader.readline({ signal })],
  ['peek', (reader, signal) => reader.peek(5, { signal })],
  ['readInto', (reader, signal) => reader.readInto(new Uint8Array(5), { signal })],
  ['lines', (reader, signal) => reader.lines({ signal }).next()],
  ['lineBatches', (reader, signal) => reader.lineBatches({ encoding: 'utf8', signal }).next()],
];

test.each(READS)('%s takes a signal: an abort ends the wait at once and loses nothing', async (name, read) => {
  // Where one byte is enough there is none.
  const start = ['read(n)', 'readInto'].includes(name) ? '' : 'ab';
  const reader = fed(start);
  const abort = new AbortController();
  const reading = read(reader, abort.signal);
  await turn();
  expect(String(reader)).toContain('waiter=');
  abort.abort(new Error('enough'));
  expect(String(reader)).not.toContain('waiter=');
  await expect(reading).rejects.toThrow('enough');
  expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  await expect(read(reader, abort.signal)).rejects.toThrow('enough');
  reader.feedData(bytes('cd;\n'));
  reader.feedEof();
  expect(text(await reader.read())).toBe(`${start}cd;\n`);
});

test('an abort between the arrival of data and the end of the read loses nothing', async () => {
  const reader = new StreamReader();
  const abort = new AbortController();
  const reading = reader.read(9, { signal: abort.signal });
  reader.feedData(bytes('data'));
  abort.abort();
  expect(text(await reading)).toBe('data');
});

test('peek shows the next bytes, and fewer only at the end', async () => {
  const reader = fed('ab');
  const peeking = reader.peek(4);
  reader.feedData(bytes('cdef'));
  expect(text(await peeking)).toBe('abcd');
  const copy = await reader.peek(2);
  copy.fill(0);
  reader.feedEof();
  expect(text(await reader.peek(100))).toBe('abcdef');
  expect(text(await reader.read())).toBe('abcdef');
  expect(await reader.peek(1)).toHaveLength(0);
  await expect(reader.peek(-1)).rejects.toThrow(ValueError);
});

test('readInto fills the memory of the caller and tells how much', async () => {
  const reader = fed('ab', 'cd');
  const view = new Uint8Array(3);
  expect(await reader.readInto(view)).toBe(3);
  expect(text(view)).toBe('abc');
  expect(await reader.readInto(new Uint8Array(0))).toBe(0);
  expect(await reader.readInto(view)).toBe(1);
  const waiting = reader.readInto(view);
  reader.feedEof();
  expect(await waiting).toBe(0);
});

test('cancel closes the pipe, drops the data and shows the end to everyone', async () => {
  const transport = new FakeReadTransport();
  const reader = new StreamReader();
  reader.setTransport(transport);
  const waiting = reader.readexactly(5).catch((error: unknown) => error);
  reader.feedData(bytes('abc'));
  reader.cancel();
  reader.cancel();
  expect(await waiting).toBeInstanceOf(IncompleteReadError);
  expect(await reader.read()).toHaveLength(0);
  expect(await reader.readline()).toHaveLength(0);
  expect(transport.calls).toEqual(['close']);
  reader.feedData(bytes('late'));
  reader.getBuffer();
  reader.bufferUpdated(3);
  reader.setException(new Error('late'));
  reader.feedEof();
  expect(reader.atEof()).toBe(true);
});

test('a transport that comes after the cancel is closed', () => {
  const transport = new FakeReadTransport();
  const reader = new StreamReader();
  reader.cancel();
  reader.setTransport(transport);
  expect(transport.calls).toEqual(['close']);
  expect(() => {
    reader.setTransport(transport);
  }).toThrow(/already set/);
});

test('the transport pauses strictly above twice the limit and resumes at the limit', async () => {
  const transport = new FakeReadTransport();
  const reader = new StreamReader({ limit: 10 });
  reader.setTransport(transport);
  reader.feedData(new Uint8Array(20));
  expect(transport.calls).toEqual([]);
  reader.feedData(new Uint8Array(1));
  reader.feedData(new Uint8Array(1));
  expect(transport.calls).toEqual(['pauseReading']);
  await reader.read(11);
  expect(transport.calls).toEqual(['pauseReading']);
  await reader.read(1);
  expect(transport.calls).toEqual(['pauseReading', 'resumeReading']);
});

test('a read that must wait resumes a paused transport and keeps it flowing', async () => {
  const transport = new FakeReadTransport();
  const reader = new StreamReader({ limit: 10 });
  reader.setTransport(transport);
  reader.feedData(new Uint8Array(21));
  const reading = reader.readexactly(100);
  expect(transport.calls).toEqual(['pauseReading', 'resumeReading']);
  reader.feedData(new Uint8Array(78));
  reader.feedData(new Uint8Array(30));
  expect(await reading).toHaveLength(100);
  expect(transport.calls).toEqual(['pauseReading', 'resumeReading', 'pauseReading']);
  await reader.read(19);
  expect(transport.calls.at(-1)).toBe('resumeReading');
});

test('an aborted read(-1) stops the flow that it had kept going', async () => {
  const transport = new FakeReadTransport();
  const reader = new StreamReader({ limit: 10 });
  reader.setTransport(transport);
  const abort = new AbortController();
  const reading = reader.read(-1, { signal: abort.signal });
  reader.feedData(new Uint8Array(50));
  expect(transport.calls).toEqual([]);
  abort.abort();
  expect(transport.calls).toEqual(['pauseReading']);
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  expect(await reader.read(100)).toHaveLength(50);
});

test('a transport that cannot pause is not asked again', () => {
  let asked = 0;
  const reader = new StreamReader({ limit: 1 });
  reader.setTransport({
    pauseReading() {
      asked += 1;
      throw new NotSupportedError('pauseReading', 'no');
    },
    resumeReading: fail,
    close: fail,
  });
  reader.feedData(new Uint8Array(3));
  reader.feedData(new Uint8Array(3));
  expect(asked).toBe(1);
});

test('a transport that obeys never fills the buffer beyond twice the limit and a chunk, and no read hangs', async () => {
  const plan = fc.array(
    fc.record({ op: fc.constantFrom('read', 'exactly', 'line', 'peek'), size: fc.integer({ min: 1, max: 90 }) }),
  );
  await fc.assert(
    fc.asyncProperty(
      plan,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 30 }),
      async (steps, limit, chunk) => {
        const reader = new StreamReader({ limit });
        let [flowing, sent, got] = [true, 0, 0];
        reader.setTransport({
          pauseReading() {
            expect(flowing).toBe(true);
            flowing = false;
          },
          resumeReading() {
            expect(flowing).toBe(false);
            flowing = true;
          },
          close: fail,
        });
        const pump = (): void => {
          while (flowing && sent < got + 1000) {
            reader.feedData(Uint8Array.from({ length: chunk }, (_, at) => ((sent + at) % 7 === 0 ? 10 : 97)));
            sent += chunk;
            if (!String(reader).includes('waiter=')) {
              expect(sent - got).toBeLessThanOrEqual(2 * limit + chunk + 90);
            }
          }
        };
        for (const { op, size } of steps) {
          pump();
          const reading =
            op === 'read'
              ? reader.read(size)
              : op === 'exactly'
                ? reader.readexactly(size)
                : op === 'peek'
                  ? reader.peek(size)
                  : reader.readuntil('\n');
          await Promise.resolve();
          pump();
          const result = await reading.catch(() => new Uint8Array(0));
          if (op !== 'peek') got += result.length;
          if (sent - got > 2 * limit) expect(flowing).toBe(false);
          if (sent - got <= limit) expect(flowing).toBe(true);
        }
      },
    ),
  );
});

test('memory that was filled is read without a copy and never written again', async () => {
  const reader = new StreamReader();
  const kept: [Uint8Array, string][] = [];
  for (let round = 0; round < 300; round += 1) {
    const room = reader.getBuffer(-1);
    const size = Math.min(room.length, 1 + ((round * 997) % 5000));
    room.fill(round % 251, 0, size);
    reader.bufferUpdated(size);
    if (round % 3 === 0) {
      const read = await reader.read(1 + ((round * 31) % 9000));
      kept.push([read, read.join()]);
    }
    if (round % 5 === 0) reader.feedData(bytes('small'));
  }
  kept.forEach(([read, before]) => {
    expect(read.join()).toBe(before);
  });
  const room = reader.getBuffer();
  expect(() => {
    reader.bufferUpdated(room.length + 1);
  }).toThrow(ValueError);
});

test('chunks that lie side by side in memory are joined without a copy', async () => {
  const memory = bytes('abcdef');
  const reader = new StreamReader();
  reader.feedData(new Uint8Array(1000));
  reader.feedData(memory.subarray(0, 2));
  await reader.read(1000);
  const large = new Uint8Array(3000).fill(7);
  reader.feedData(large.subarray(0, 1000));
  reader.feedData(large.subarray(1000, 3000));
  expect(text(await reader.read(2))).toBe('ab');
  const joined = await reader.read(5000);
  expect(joined).toHaveLength(3000);
  expect(joined.buffer).toBe(large.buffer);
});

// test___repr__, …_nondefault_limit, …_eof, …_data, …_exception, …_waiter, …_transport
test('the text form shows what is not ordinary', async () => {
  const reader = new StreamReader();
  expect(String(reader)).toBe('<StreamReader>');
  expect(inspect(new StreamReader({ limit: 123 }))).toBe('<StreamReader limit=123>');
  const waiting = reader.readline();
  expect(String(reader)).toBe('<StreamReader waiter=readuntil>');
  reader.feedData(bytes('data\ndata'));
  await waiting;
  reader.feedEof();
  expect(String(reader)).toBe('<StreamReader 4 bytes eof>');
  reader.setException(new TypeError('x'));
  expect(String(reader)).toBe('<StreamReader 4 bytes eof exception=TypeError>');
  const paused = new StreamReader({ limit: 1 });
  paused.setTransport(new FakeReadTransport());
  paused.feedData(bytes('abc'));
  expect(String(paused)).toBe('<StreamReader 3 bytes limit=1 transport=FakeReadTransport paused>');
});

// test_IncompleteReadError_pickleable, test_LimitOverrunError_pickleable
test('errors survive a structured clone as far as the language lets them', () => {
  const incomplete = structuredClone(new IncompleteReadError(bytes('abc'), 10));
  expect(incomplete.message).toBe('3 bytes read on a total of 10 expected bytes');
  expect(new IncompleteReadError(bytes(''), null).message).toMatch(/total of undefined/);
  expect(structuredClone(new LimitOverrunError('message', 10)).message).toBe('message');
});

test('a web stream reads only when it is pulled and ends with the reader', async () => {
  const reader = fed('ab');
  const web = reader.toWeb().getReader();
  await turn();
  expect(String(reader)).toBe('<StreamReader 2 bytes>');
  expect(text((await web.read()).value ?? bytes(''))).toBe('ab');
  reader.feedEof();
  expect((await web.read()).done).toBe(true);
});

test('cancelling a web stream cancels the reader, and an exception errors it', async () => {
  const reader = fed('ab');
  const web = reader.toWeb().getReader();
  await web.read();
  const pending = web.read();
  await turn();
  await web.cancel();
  expect((await pending).done).toBe(true);
  expect(reader.atEof()).toBe(true);
  const broken = new StreamReader();
  broken.setException(new Error('broken'));
  await expect(broken.toWeb().getReader().read()).rejects.toThrow('broken');
});

test('a Node stream yields the data and ends; destroying it cancels the reader', async () => {
  const reader = fed('ab', 'cd');
  reader.feedEof();
  const chunks: Uint8Array[] = [];
  for await (const chunk of reader.toReadable()) chunks.push(chunk as Uint8Array);
  expect(chunks.map(text).join('')).toBe('abcd');
  const other = fed('ab');
  other.toReadable().destroy();
  await turn();
  expect(other.atEof()).toBe(true);
});

function fail(): never {
  throw new Error('must not be called');
}
