/** Our ends of pipes and socket pairs, without a child: the test is the other side. */
import { closeSync, writeSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { BufferReceiver, PipeKind } from '@subwire/transport';
import { poller, type Poller } from '../src/loop/poller.js';
import { native } from '../src/native/ffi.js';
import { makePipe } from '../src/pipe/pipes.js';
import { ReadPipe } from '../src/pipe/readPipe.js';
import { WritePipe } from '../src/pipe/writePipe.js';

const KINDS: readonly PipeKind[] = ['pipe', 'socket'];
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

interface Closing {
  on(event: 'close', listener: (error: Error | null) => void): unknown;
}

function closed(pipe: Closing): Promise<Error | null> {
  return new Promise((resolve) => {
    pipe.on('close', resolve);
  });
}

/** Our end of an output, and the child's descriptor. */
function output(kind: PipeKind): readonly [ReadPipe, number] {
  const { ours, childs } = makePipe(false, 3, { kind, size: null });
  const pipe = new ReadPipe({ kind, size: null });
  pipe.reserve(ours);
  pipe.start();
  return [pipe, childs];
}

function input(kind: PipeKind): readonly [WritePipe, number] {
  const { ours, childs } = makePipe(true, 3, { kind, size: null });
  const pipe = new WritePipe({ kind, size: null });
  pipe.reserve(ours);
  pipe.start();
  return [pipe, childs];
}

function errorOf(action: () => unknown): string {
  try {
    action();
    return 'none';
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

/** Lets the next registration fail as epoll would. */
function refuse(method: 'add' | 'modify', code: string): void {
  const shared = poller() as { -readonly [Name in keyof Poller]: Poller[Name] };
  const original = shared[method].bind(shared) as never;
  shared[method] = () => {
    restore();
    throw Object.assign(new Error(`epoll_ctl failed (${code})`), { code });
  };
  restore = () => {
    shared[method] = original;
    restore = () => undefined;
  };
}

/** Resolves when something is not registered any more. */
function removal(): Promise<void> {
  const shared = poller() as { -readonly [Name in keyof Poller]: Poller[Name] };
  const original = shared.remove.bind(shared);
  return new Promise((resolve) => {
    shared.remove = (slot) => {
      shared.remove = original;
      original(slot);
      resolve();
    };
  });
}

let restore: () => void = () => undefined;

afterEach(() => {
  restore();
});

describe.each(KINDS)('an output through a %s', (kind) => {
  it('delivers what was written, then the end', async () => {
    const [pipe, childs] = output(kind);
    const chunks: Uint8Array[] = [];
    pipe.on('data', (chunk) => chunks.push(chunk));
    writeSync(childs, 'first');
    pipe.resume();
    closeSync(childs);
    expect(await closed(pipe)).toBeNull();
    expect(Buffer.concat(chunks).toString()).toBe('first');
  });

  it('that is closed unread ends its writer with EPIPE', async () => {
    const [pipe, childs] = output(kind);
    writeSync(childs, Buffer.alloc(50_000));
    pipe.close();
    await closed(pipe);
    expect(errorOf(() => writeSync(childs, 'x'))).toBe('EPIPE');
    closeSync(childs);
  });

  it('is blocking for the child alone', () => {
    const [pipe, childs] = output(kind);
    expect(native().fcntl(childs, F_GETFL, 0) & O_NONBLOCK).toBe(0);
    pipe.close();
    closeSync(childs);
  });

  it.each([
    ['no memory', new Uint8Array(0)],
    ['memory that was transferred', transferred()],
  ])('does not take %s from getBuffer() for the end of the file', async (_what, room) => {
    const [pipe, childs] = output(kind);
    pipe.readInto({ getBuffer: () => room, bufferUpdated: () => undefined });
    writeSync(childs, 'bytes');
    pipe.resume();
    expect(await closed(pipe)).toMatchObject({ name: 'ValueError', code: 'ERR_INVALID_VALUE' });
    closeSync(childs);
  });

  it('reads nothing into memory of a receiver that pauses in getBuffer()', async () => {
    const [pipe, childs] = output(kind);
    const log: string[] = [];
    const receiver: BufferReceiver = {
      getBuffer() {
        log.push('getBuffer');
        if (log.length === 1) {
          pipe.pause();
          setImmediate(() => {
            log.push('resume');
            pipe.resume();
          });
        }
        return new Uint8Array(10);
      },
      bufferUpdated(nbytes) {
        log.push(`updated ${nbytes}`);
      },
    };
    pipe.readInto(receiver);
    writeSync(childs, 'bytes');
    closeSync(childs);
    pipe.resume();
    expect(await closed(pipe)).toBeNull();
    expect(log.slice(0, 4)).toEqual(['getBuffer', 'resume', 'getBuffer', 'updated 5']);
  });

  it.each(['ENOMEM', 'ENOSPC', 'EPERM'])(
    'that cannot be registered again (%s) is closed with a typed error',
    async (code) => {
      const [pipe, childs] = output(kind);
      const ended = removal();
      writeSync(childs, 'x');
      // An event meets a paused pipe.
      await ended;
      refuse('add', code);
      pipe.resume();
      expect(await closed(pipe)).toMatchObject({ name: 'SubprocessError', cause: { code } });
      closeSync(childs);
    },
  );
});

describe.each(KINDS)('an input through a %s', (kind) => {
  it('sends what waits once there is room, and flushes each write once, in order', async () => {
    const [pipe, childs] = input(kind);
    const flushed: number[] = [];
    const total = 100_000;
    for (let index = 0; index < total; index += 1) {
      pipe.write(Buffer.from(String(index).padStart(10)), () => flushed.push(index));
    }
    expect(flushed.length).toBeLessThan(total);
    pipe.end();
    const chunks: Buffer[] = [];
    const ended = closed(pipe).then(() => 'closed');
    native().fcntl(childs, F_SETFL, O_NONBLOCK);
    for (let bytes = 0; bytes < total * 10;) {
      const room = Buffer.alloc(65_536);
      const count = Math.max(0, native().read(childs, room, room.length));
      bytes += count;
      chunks.push(room.subarray(0, count));
      await new Promise(setImmediate);
    }
    expect(await ended).toBe('closed');
    expect(flushed).toEqual(Array.from({ length: total }, (_, index) => index));
    const text = Buffer.concat(chunks).toString();
    expect(text.slice(-20)).toBe('     99998     99999');
    closeSync(childs);
  });

  it('tells that its reader left without a write, and flushes what waits with an error', async () => {
    const [pipe, childs] = input(kind);
    const errors: (string | undefined)[] = [];
    pipe.write(new Uint8Array(1_000_000), (error) => errors.push((error as NodeJS.ErrnoException | null)?.code));
    closeSync(childs);
    expect(await closed(pipe)).toBeNull();
    expect(errors).toEqual(['EPIPE']);
  });

  it('tells that its reader left something unread as an ordinary end', async () => {
    const [pipe, childs] = input(kind);
    pipe.write(Buffer.from('unread'), () => undefined);
    closeSync(childs);
    expect(await closed(pipe)).toBeNull();
  });

  it('cannot be written by the child', async () => {
    const [pipe, childs] = input(kind);
    expect(errorOf(() => writeSync(childs, 'x'))).toBe(kind === 'pipe' ? 'EBADF' : 'EPIPE');
    pipe.end();
    await closed(pipe);
    closeSync(childs);
  });

  it.each(['ENOMEM', 'ENOSPC', 'EPERM'])('whose registration fails (%s) says so before there is a child', (code) => {
    const { ours, childs } = makePipe(true, 3, { kind, size: null });
    const pipe = new WritePipe({ kind, size: null });
    refuse('add', code);
    expect(() => {
      pipe.reserve(ours);
    }).toThrow(expect.objectContaining({ code }));
    pipe.drop();
    expect(native().fcntl(ours, F_GETFL, 0)).toBe(-1);
    closeSync(childs);
  });

  it('whose registration cannot be changed is no reader that left', async () => {
    const [pipe, childs] = input(kind);
    refuse('modify', 'ENOMEM');
    pipe.write(new Uint8Array(1_000_000), () => undefined);
    expect(await closed(pipe)).toMatchObject({ name: 'SubprocessError', cause: { code: 'ENOMEM' } });
    closeSync(childs);
  });
});

function transferred(): Uint8Array {
  const room = new Uint8Array(10);
  structuredClone(room, { transfer: [room.buffer] });
  return room;
}
