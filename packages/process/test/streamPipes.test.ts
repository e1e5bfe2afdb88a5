import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createServer, createConnection, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ValueError } from '@subwire/transport';
import { run } from '../src/index.js';
import { openReadPipe, openWritePipe } from '../src/process/streamPipes.js';
import { text } from './streamFakes.js';

/** Two connected sockets. */
async function socketPair(): Promise<{ near: Socket; far: Socket; close: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-'));
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(path.join(folder, 's'));
  await once(server, 'listening');
  const near = createConnection({ path: path.join(folder, 's'), allowHalfOpen: true });
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], unknown];
  server.close();
  return {
    near,
    far,
    close: async () => {
      near.destroy();
      far.destroy();
      await rm(folder, { recursive: true });
    },
  };
}

// test_read_all_from_pipe_reader
test('a writer and a reader on two ends carry everything, with a limit of 1 too', async () => {
  const { near, far, close } = await socketPair();
  const reader = await openReadPipe(near, { limit: 1 });
  const writer = await openWritePipe(far);
  const size = 1_000_000;
  const reading = reader.read(-1);
  for (let sent = 0; sent < size; sent += 10_000) {
    writer.write('0123456789'.repeat(1000));
    await writer.drain();
  }
  writer.close();
  await writer.waitClosed();
  expect(text(await reading)).toBe('0123456789'.repeat(size / 10));
  expect(reader.atEof()).toBe(true);
  await close();
});

test('a reader that is not read holds the writer back', async () => {
  const { near, far, close } = await socketPair();
  const reader = await openReadPipe(near, { limit: 1000 });
  const writer = await openWritePipe(far);
  writer.write(new Uint8Array(5_000_000));
  const drained = writer.drain();
  const winner = await Promise.race([drained.then(() => 'drained'), new Promise((resolve) => setTimeout(resolve, 50))]);
  expect(winner).toBeUndefined();
  expect(await reader.readexactly(5_000_000)).toHaveLength(5_000_000);
  await drained;
  await writer[Symbol.asyncDispose]();
  await close();
});

test('a writer whose reader cancelled learns it from drain', async () => {
  const { near, far, close } = await socketPair();
  const reader = await openReadPipe(near);
  const writer = await openWritePipe(far);
  reader.cancel();
  const loop = async (): Promise<void> => {
    for (;;) {
      writer.write(new Uint8Array(100_000));
      await writer.drain();
    }
  };
  await expect(loop()).rejects.toMatchObject({ code: expect.stringMatching(/^(EPIPE|ECONNRESET)$/) as unknown });
  await writer[Symbol.asyncDispose]();
  await close();
});

test('a FIFO works by its FileHandle, and its end is the end of the reader', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-'));
  const name = path.join(folder, 'fifo');
  await run('mkfifo', [name], { check: true });
  // Neither end can be opened alone; opened for both, the first one waits for nobody.
  const both = await open(name, 'r+');
  const [source, sink] = [await open(name, 'r'), await open(name, 'w')];
  await both.close();
  const reader = await openReadPipe(source);
  const writer = await openWritePipe(sink);
  writer.write('one\ntwo');
  expect(text(await reader.readline())).toBe('one\n');
  writer.close();
  await writer.waitClosed();
  expect(text(await reader.read())).toBe('two');
  expect(reader.atEof()).toBe(true);
  await rm(folder, { recursive: true });
});

test('cancel ends a read that waits, and closes the pipe', async () => {
  const { near, close } = await socketPair();
  const reader = await openReadPipe(near);
  const reading = reader.read(1);
  reader.cancel();
  expect(await reading).toHaveLength(0);
  expect(near.destroyed).toBe(true);
  await close();
});

test('a regular file and a bad limit are refused', async () => {
  const file = await open(__filename);
  await expect(openReadPipe(file)).rejects.toThrow(ValueError);
  await expect(openWritePipe(file)).rejects.toThrow(ValueError);
  await expect(openReadPipe(file, { limit: 0 })).rejects.toThrow(/limit/);
  await file.close();
});
