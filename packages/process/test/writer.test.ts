import { expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { BrokenPipeError, ConnectionResetError } from '@subwire/transport';
import { StreamStateError } from '../src/results/streamErrors.js';
import { StreamWriter } from '../src/writer/streamWriter.js';
import { WriterFlow } from '../src/writer/writerFlow.js';
import { bytes, FakeWriteTransport, turn } from './streamFakes.js';

function setUp(): { flow: WriterFlow; transport: FakeWriteTransport; writer: StreamWriter } {
  const flow = new WriterFlow();
  const transport = new FakeWriteTransport();
  return { flow, transport, writer: new StreamWriter(transport, flow) };
}

/** Tells whether a promise is settled by the end of a turn. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  await turn();
  return settled;
}

test('writes go to the transport, strings as UTF-8', () => {
  const { transport, writer } = setUp();
  writer.write('é');
  writer.write(bytes('a'));
  writer.writelines(['b', bytes('c')]);
  expect(transport.written).toBe('éabc');
  expect(transport.calls).toEqual(['write', 'write', 'writelines']);
  expect(() => {
    writer.write(5 as never);
  }).toThrow(TypeError);
  expect(() => {
    writer.writelines(['x', null as never]);
  }).toThrow(TypeError);
  expect(transport.written).toBe('éabc');
});

test('the rest of the transport shows through', () => {
  const { transport, writer } = setUp();
  expect(writer.transport).toBe(transport);
  expect(writer.canWriteEof()).toBe(true);
  expect(writer.getExtraInfo('pipe')).toBe('the pipe');
  expect(writer.getExtraInfo('other')).toBeNull();
  expect(writer.isClosing()).toBe(false);
  writer.writeEof();
  expect(writer.isClosing()).toBe(true);
  expect(inspect(writer)).toBe('<StreamWriter transport=FakeWriteTransport>');
});

test('drain returns at once unless writing is paused', async () => {
  await setUp().writer.drain();
});

// test_multiple_drain
test('ten drains wake on one resume', async () => {
  const { flow, writer } = setUp();
  flow.pauseWriting();
  const drains = Array.from({ length: 10 }, () => writer.drain());
  expect(await isSettled(Promise.race(drains))).toBe(false);
  flow.resumeWriting();
  await Promise.all(drains);
});

test('pausing twice or resuming for nothing is a mistake', () => {
  const { flow } = setUp();
  expect(() => {
    flow.resumeWriting();
  }).toThrow(StreamStateError);
  flow.pauseWriting();
  expect(() => {
    flow.pauseWriting();
  }).toThrow(StreamStateError);
});

test('a loss with an error rejects every waiting drain, and later ones say that the connection is lost', async () => {
  const { flow, writer } = setUp();
  const error = new BrokenPipeError();
  flow.pauseWriting();
  const drains = [writer.drain(), writer.drain()];
  flow.connectionLost(error);
  for (const drain of drains) await expect(drain).rejects.toBe(error);
  await expect(writer.drain()).rejects.toThrow('Connection lost');
  await expect(writer.drain()).rejects.toBeInstanceOf(ConnectionResetError);
  await expect(writer.waitClosed()).rejects.toBe(error);
});

test('the first drain after a loss throws the cause, later ones say that the connection is lost', async () => {
  const { flow, writer } = setUp();
  const error = new BrokenPipeError();
  flow.connectionLost(error);
  writer.write('dropped');
  await expect(writer.drain()).rejects.toBe(error);
  await expect(writer.drain()).rejects.toBeInstanceOf(ConnectionResetError);
});

test('a loss without an error fails the drains that wait, since what they wait for was dropped, and later ones', async () => {
  const { flow, writer } = setUp();
  flow.pauseWriting();
  const drain = writer.drain();
  flow.connectionLost(null);
  flow.connectionLost(new Error('second call'));
  await expect(drain).rejects.toBeInstanceOf(ConnectionResetError);
  await expect(writer.drain()).rejects.toBeInstanceOf(ConnectionResetError);
  await writer.waitClosed();
});

test('the drain right after a close succeeds, the next one fails', async () => {
  const { flow, transport, writer } = setUp();
  transport.onClose = () => {
    flow.connectionLost(null);
  };
  writer.close();
  await writer.drain();
  await turn();
  await expect(writer.drain()).rejects.toBeInstanceOf(ConnectionResetError);
});

test('a write after the close is dropped, and no drain after it resolves, before the loss or after', async () => {
  const { flow, writer } = setUp();
  writer.close();
  writer.write(new Uint8Array(0));
  await writer.drain();
  writer.write('dropped');
  await expect(writer.drain()).rejects.toBeInstanceOf(ConnectionResetError);
  await expect(writer.drain()).rejects.toBeInstanceOf(ConnectionResetError);
  flow.connectionLost(null);
  await expect(writer.drain()).rejects.toBeInstanceOf(ConnectionResetError);
  await writer.waitClosed();
});

test('lines written after the close are dropped too; the drain that sees the loss tells its cause', async () => {
  const { flow, transport, writer } = setUp();
  const error = new BrokenPipeError();
  transport.onClose = () => {
    flow.connectionLost(error);
  };
  writer.close();
  writer.writelines(['one', 'two']);
  await expect(writer.drain()).rejects.toBe(error);
  await expect(writer.drain()).rejects.toBeInstanceOf(ConnectionResetError);
});

test('every drain that a closing pipe keeps for a turn gets the error of the loss', async () => {
  const { flow, transport, writer } = setUp();
  const error = new BrokenPipeError();
  transport.onClose = () => {
    flow.connectionLost(error);
  };
  writer.close();
  const drains = await Promise.allSettled([writer.drain(), writer.drain()]);
  expect(drains.map((drain) => drain.status === 'rejected' && (drain.reason as unknown))).toEqual([error, error]);
  await expect(writer.drain()).rejects.toBeInstanceOf(ConnectionResetError);
});

test('a drain after a close with data pending waits for the flush', async () => {
  const { flow, writer } = setUp();
  flow.pauseWriting();
  writer.close();
  const drain = writer.drain();
  expect(await isSettled(drain)).toBe(false);
  flow.resumeWriting();
  await drain;
});

// test_drain_raises
test('a loop of writes and drains on a dying pipe ends', async () => {
  const { flow, transport, writer } = setUp();
  transport.onClose = () => {
    flow.connectionLost(null);
  };
  const loop = async (): Promise<void> => {
    for (;;) {
      writer.write('foo');
      await writer.drain();
    }
  };
  transport.close();
  await expect(loop()).rejects.toBeInstanceOf(ConnectionResetError);
});

test('aborting one drain does not disturb the others', async () => {
  const { flow, writer } = setUp();
  flow.pauseWriting();
  const abort = new AbortController();
  const aborted = writer.drain({ signal: abort.signal });
  const other = writer.drain();
  await turn();
  abort.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  flow.resumeWriting();
  await other;
  await expect(writer.drain({ signal: abort.signal })).rejects.toThrow('enough');
});

// X2; test_wait_closed_on_close
test('aborting one waitClosed does not disturb the others', async () => {
  const { flow, transport, writer } = setUp();
  transport.onClose = () => {
    flow.connectionLost(null);
  };
  const abort = new AbortController();
  const aborted = writer.waitClosed({ signal: abort.signal });
  const other = writer.waitClosed();
  await turn();
  abort.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  expect(await isSettled(other)).toBe(false);
  writer.close();
  await other;
  await writer.waitClosed();
});

test('a loss that nobody waits for is silent', async () => {
  setUp().flow.connectionLost(new BrokenPipeError());
  await turn();
});

test('disposing closes and does not mind that the reader went away', async () => {
  const { flow, transport, writer } = setUp();
  transport.onClose = () => {
    flow.connectionLost(new BrokenPipeError());
  };
  await writer[Symbol.asyncDispose]();
  expect(transport.calls).toEqual(['close']);
});

test('disposing rejects for any other loss', async () => {
  const { flow, transport, writer } = setUp();
  transport.onClose = () => {
    flow.connectionLost(new Error('disk on fire'));
  };
  await expect(writer[Symbol.asyncDispose]()).rejects.toThrow('disk on fire');
});

test('a web stream writes with back-pressure and closes with the pipe', async () => {
  const { flow, transport, writer } = setUp();
  transport.onClose = () => {
    flow.connectionLost(null);
  };
  const web = writer.toWeb().getWriter();
  flow.pauseWriting();
  const writing = web.write('abc');
  expect(await isSettled(writing)).toBe(false);
  flow.resumeWriting();
  await writing;
  await web.close();
  expect(transport.written).toBe('abc');
  expect(transport.calls).toEqual(['write', 'close']);
});

test('aborting a web stream aborts the transport, and a loss errors it', async () => {
  const first = setUp();
  await first.writer.toWeb().getWriter().abort();
  expect(first.transport.calls).toEqual(['abort']);
  const second = setUp();
  const web = second.writer.toWeb().getWriter();
  web.closed.catch(() => undefined);
  second.flow.connectionLost(new BrokenPipeError());
  await expect(web.write('x')).rejects.toBeInstanceOf(BrokenPipeError);
});

test('a Node stream writes with back-pressure, ends with the pipe and reports a loss as its error', async () => {
  const { flow, transport, writer } = setUp();
  transport.onClose = () => {
    flow.connectionLost(null);
  };
  const stream = writer.toWritable();
  flow.pauseWriting();
  stream.write('a');
  stream.write('b');
  stream.end('c');
  const finished = new Promise((resolve) => stream.once('finish', resolve));
  expect(await isSettled(finished)).toBe(false);
  expect(transport.written).toBe('a');
  flow.resumeWriting();
  await finished;
  expect(transport.written).toBe('abc');

  const lost = setUp();
  const error = new BrokenPipeError();
  lost.flow.connectionLost(error);
  const broken = lost.writer.toWritable();
  const reported = new Promise((resolve) => broken.once('error', resolve));
  broken.write('x');
  expect(await reported).toBe(error);
});
