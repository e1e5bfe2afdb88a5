/** Input that comes in pieces. */
import { PassThrough, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { describe, expect, it } from '@jest/globals';
import { PIPE } from '@subwire/transport';
import { createSubprocessExec, run, type CommunicateInput } from '../src/index.js';
import { rejection, sh, until, utf8 } from './helpers/children.js';

async function echo(input: CommunicateInput): Promise<string> {
  return (await run('cat', [], { input, encoding: 'utf8' })).stdout;
}

describe('input in pieces', () => {
  it('comes from iterables of text and bytes, also empty ones', async () => {
    expect(await echo(['a', Buffer.from('b'), '', 'ü'])).toBe('abü');
    expect(await echo(new Set(['x', 'y']))).toBe('xy');
    expect(await echo([])).toBe('');
  });

  it('comes from async iterables', async () => {
    async function* pieces(): AsyncGenerator<string> {
      for (const piece of ['one ', 'two ', 'three']) {
        await Promise.resolve();
        yield piece;
      }
    }
    expect(await echo(pieces())).toBe('one two three');
  });

  it('comes from Node streams, of bytes and of text', async () => {
    expect(await echo(Readable.from([Buffer.from('a'), Buffer.from('b')]))).toBe('ab');
    const text = new PassThrough();
    text.setEncoding('utf8');
    text.end('grüße');
    expect(await echo(text)).toBe('grüße');
  });

  it('comes from web streams', async () => {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new Uint8Array([97, 98]));
        controller.enqueue(new Uint8Array([99]));
        controller.close();
      },
    });
    expect(await echo(stream)).toBe('abc');
  });

  it('is held back by a child that does not read: the source is asked for no more than the pipe holds', async () => {
    let asked = 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (;;) {
        asked += 1;
        yield new Uint8Array(16_384);
        await Promise.resolve();
      }
    }
    const proc = await createSubprocessExec(...sh('echo ready; exec sleep 60'), { stdin: PIPE, stdout: PIPE });
    const talking = proc.communicate(pieces());
    let before = -1;
    await until(() => {
      const still = asked === before;
      before = asked;
      return still && asked > 0;
    });
    // A socket buffer, and the writer’s own high mark.
    expect(asked * 16_384).toBeLessThan(2_000_000);
    proc.kill();
    await talking;
  });
});

describe('a source of input', () => {
  it('that never yields does not hold the end of a child up', async () => {
    async function* hanging(): AsyncGenerator<string> {
      await new Promise(() => undefined);
      yield '';
    }
    expect((await run(...sh('exit 3'), { input: hanging() })).returncode).toBe(3);
  });

  it('is closed when the child stops reading: its finally runs', async () => {
    const log: string[] = [];
    async function* pieces(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield new Uint8Array(65_536);
          await Promise.resolve();
        }
      } finally {
        log.push('closed');
      }
    }
    await run(...sh('exec 0<&-; echo bye'), { input: pieces() });
    await until(() => log.length > 0);
    expect(log).toEqual(['closed']);
  });

  it('is closed when the call times out: a stream is destroyed even while nothing comes', async () => {
    const silent = new PassThrough();
    await rejection(run('sleep', ['60'], { input: silent, timeoutMs: 50 }));
    expect(silent.destroyed).toBe(true);
  });

  it('is closed when the call is aborted: a generator gets its return', async () => {
    const log: string[] = [];
    const controller = new AbortController();
    async function* pieces(): AsyncGenerator<string> {
      try {
        await Promise.resolve();
        controller.abort(new Error('enough'));
        yield 'x';
        log.push('asked for more');
      } finally {
        log.push('closed');
      }
    }
    expect((await rejection(run('cat', [], { input: pieces(), signal: controller.signal }))).message).toBe('enough');
    await until(() => log.length > 0);
    expect(log).toEqual(['closed']);
  });

  it('that throws ends the child, which is reaped, and the call rejects with what it threw', async () => {
    const thrown = new Error('source broke');
    function* pieces(): Generator<string> {
      yield 'first';
      throw thrown;
    }
    expect(await rejection(run('sleep', ['60'], { input: pieces() }))).toBe(thrown);
  });

  it('that is a broken stream counts as one that throws', async () => {
    const thrown = new Error('stream broke');
    const stream = new PassThrough();
    const running = rejection(run('sleep', ['60'], { input: stream }));
    stream.write('x');
    stream.destroy(thrown);
    expect(await running).toBe(thrown);
  });

  it('that yields something else is refused, and closed', async () => {
    const log: string[] = [];
    function* pieces(): Generator<string> {
      try {
        yield 5 as unknown as string;
      } finally {
        log.push('closed');
      }
    }
    expect(await rejection(run('sleep', ['60'], { input: pieces() }))).toBeInstanceOf(TypeError);
    expect(log).toEqual(['closed']);
  });

  it('whose closing throws changes nothing', async () => {
    const pieces: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: new Uint8Array(100_000) }),
        return: () => {
          throw new Error('cannot be closed');
        },
      }),
    };
    expect((await run('true', [], { input: pieces })).returncode).toBe(0);
  });

  it('fed to communicate() leaves the child alone when it throws', async () => {
    const proc = await createSubprocessExec('cat', [], { stdin: PIPE, stdout: PIPE });
    function* pieces(): Generator<string> {
      yield 'some';
      throw new Error('source broke');
    }
    expect((await rejection(proc.communicate(pieces()))).message).toBe('source broke');
    expect(utf8((await proc.communicate())[0])).toBe('some');
    expect(proc.returncode).toBe(0);
  });
});
