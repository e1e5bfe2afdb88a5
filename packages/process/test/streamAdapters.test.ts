/** Web and Node streams over readers and writers: back-pressure, cancels and errors. F29, F40. */
import { createReadStream, createWriteStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { WritableStream } from 'node:stream/web';
import { expect, test } from '@jest/globals';
import { PIPE } from '@subwire/transport';
import { createSubprocessExec } from '../src/index.js';
import { StreamReader } from '../src/reader/streamReader.js';
import { StreamWriter } from '../src/writer/streamWriter.js';
import { WriterFlow } from '../src/writer/writerFlow.js';
import { rejection, utf8 } from './helpers/children.js';
import { bytes, FakeReadTransport, FakeWriteTransport, turn } from './streamFakes.js';

/** A reader of a small limit over a transport, with so many bytes in it. */
function filled(length: number): { reader: StreamReader; transport: FakeReadTransport } {
  const reader = new StreamReader({ limit: 10 });
  const transport = new FakeReadTransport();
  reader.setTransport(transport);
  reader.feedData(new Uint8Array(length));
  return { reader, transport };
}

test('a web stream that nobody pulls holds the transport back, and a pull lets it go on', async () => {
  const { reader, transport } = filled(21);
  const web = reader.toWeb().getReader();
  await turn();
  expect(transport.calls).toEqual(['pauseReading']);
  expect((await web.read()).value).toHaveLength(21);
  expect(transport.calls).toEqual(['pauseReading', 'resumeReading']);
});

test('a Node stream that nobody reads on holds the transport back, and reading lets it go on', async () => {
  const { reader, transport } = filled(1);
  const stream = reader.toReadable();
  stream.read(0);
  await turn();
  // It takes up to its own mark, and no more.
  for (let fed = 0; fed < 4; fed += 1) {
    reader.feedData(new Uint8Array(stream.readableHighWaterMark));
    await turn();
  }
  expect(stream.readableLength).toBeLessThan(2 * stream.readableHighWaterMark + 1);
  expect(transport.calls.at(-1)).toBe('pauseReading');
  stream.resume();
  await turn();
  expect(transport.calls.at(-1)).toBe('resumeReading');
  stream.destroy();
  await turn();
  expect(transport.calls.at(-1)).toBe('close');
});

test('an exception of the reader is the error of a Node stream', async () => {
  const reader = new StreamReader();
  const stream = reader.toReadable();
  const reading = rejection<Error>(stream.toArray());
  await turn();
  reader.setException(new Error('broken'));
  expect((await reading).message).toBe('broken');
});

test('destroying a Node stream while it waits for data ends the waiting read', async () => {
  const { reader, transport } = filled(0);
  const stream = reader.toReadable();
  stream.read(0);
  await turn();
  expect(String(reader)).toContain('waiter=read');
  stream.destroy();
  await turn();
  expect(String(reader)).not.toContain('waiter');
  expect(transport.calls).toEqual(['close']);
});

test('destroying a Node stream of a writer early aborts the transport, after the end it only closes', async () => {
  const early = new FakeWriteTransport();
  const unfinished = new StreamWriter(early, new WriterFlow()).toWritable();
  unfinished.write('x');
  unfinished.destroy();
  await turn();
  expect(early.calls).toEqual(['write', 'abort']);

  const flow = new WriterFlow();
  const late = new FakeWriteTransport();
  late.onClose = () => {
    flow.connectionLost(null);
  };
  const finished = new StreamWriter(late, flow).toWritable();
  await new Promise<void>((resolve) => finished.end(bytes('x'), resolve));
  finished.destroy();
  await turn();
  expect(late.calls).not.toContain('abort');
});

test('a file goes through a child and comes out whole', async () => {
  await using child = await createSubprocessExec('cat', [], { stdin: PIPE, stdout: PIPE });
  const feeding = pipeline(createReadStream(process.execPath, { end: 2_999_999 }), child.stdin.toWritable());
  const output = (await child.stdout.toReadable().toArray()) as Uint8Array[];
  await feeding;
  expect(output.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(3_000_000);
  expect(await child.wait()).toBe(0);
});

// F40
test('a sink that fails ends the copy with its error, and the child that writes on', async () => {
  await using child = await createSubprocessExec('yes', [], { stdout: PIPE, stderr: PIPE });
  const full = pipeline(child.stdout.toReadable(), createWriteStream('/dev/full'));
  expect(await rejection(full)).toMatchObject({ code: 'ENOSPC' });
  expect(await child.wait()).not.toBe(0);

  await using other = await createSubprocessExec('yes', [], { stdout: PIPE, stderr: PIPE });
  const broken = new WritableStream<Uint8Array>({ write: () => Promise.reject(new Error('disk on fire')) });
  expect((await rejection<Error>(other.stdout.toWeb().pipeTo(broken))).message).toBe('disk on fire');
  expect(await other.wait()).not.toBe(0);
});

// F29
test('a sink that is destroyed ends the copy and the child', async () => {
  await using child = await createSubprocessExec('yes', [], { stdout: PIPE, stderr: PIPE });
  const sink = new Writable({
    write: () => {
      sink.destroy();
    },
  });
  expect(await rejection(pipeline(child.stdout.toReadable(), sink))).toMatchObject({
    code: 'ERR_STREAM_PREMATURE_CLOSE',
  });
  expect(await child.wait()).not.toBe(0);
});

test('a child that does not read its input is the error of a Node stream', async () => {
  await using child = await createSubprocessExec('sh', ['-c', 'exec <&-; echo closed; read x'], {
    stdin: PIPE,
    stdout: PIPE,
  });
  expect(utf8(await child.stdout.readline())).toBe('closed\n');
  const writing = pipeline(createReadStream('/dev/zero', { end: 9_999_999 }), child.stdin.toWritable());
  expect(await rejection<{ code: string }>(writing)).toMatchObject({
    code: expect.stringMatching(/^(EPIPE|ECONNRESET)$/) as unknown,
  });
});
