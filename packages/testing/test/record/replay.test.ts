import { describe, expect, it } from '@jest/globals';
import { NotSupportedError, type SubprocessBackend, type SubprocessExecOptions } from '@subwire/transport';
import { FakeBackend } from '../../src/fake/fakeBackend.js';
import { recordBackend } from '../../src/record/recordBackend.js';
import { replayBackend, type ReplayBackend } from '../../src/record/replayBackend.js';
import { ReplayDeviationError } from '../../src/record/replayDeviationError.js';
import type { Session } from '../../src/record/session.js';
import { bytes, failureOf, start } from '../helpers/started.js';

/** A session in which `name` is asked for, given, and greeted, and a signal ends it, with 100 ms between two steps. */
async function greeting(): Promise<Session> {
  const backend = new FakeBackend();
  backend.expect('greet').run(async ({ stdout, stdin, sleep, forever }) => {
    await stdout.write('name?\n');
    const name = Buffer.from(await stdin.read())
      .toString()
      .trim();
    await sleep(100);
    await stdout.write(`hello ${name}\n`);
    return forever();
  });
  const recording = recordBackend(backend);
  const { stdin, protocol, transport } = await start(recording, 'greet', ['-v'], { env: { LANG: 'C' } });
  await protocol.until('data:1:name?');
  await backend.clock.advance(100);
  stdin.write(bytes('ada\n'));
  await backend.clock.advance(100);
  await protocol.until('data:1:hello ada');
  transport.terminate();
  await protocol.lost;
  return recording.session;
}

async function replayed(
  options: SubprocessExecOptions = { env: { LANG: 'C' } },
): Promise<{ replay: ReplayBackend } & Awaited<ReturnType<typeof start>>> {
  const replay = replayBackend(await greeting());
  const started = await start(replay, 'greet', ['-v'], options);
  await started.protocol.until('data:1:name?');
  return { ...started, stdin: started.stdin, replay };
}

function completionError(replay: ReplayBackend): ReplayDeviationError {
  try {
    replay.assertComplete();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ReplayDeviationError);
    return thrown as ReplayDeviationError;
  }
  throw new Error('it is complete');
}

describe('a replay', () => {
  it('compares bytes and not writes, and answers when all of them have come', async () => {
    const { replay, stdin, protocol, transport } = await replayed();
    for (const byte of bytes('ada')) {
      stdin.write(Uint8Array.of(byte));
      await replay.settle();
    }
    expect(protocol.log).toEqual(['made', 'data:1:name?']);
    stdin.write(bytes('\n'));
    await protocol.until('data:1:hello ada');
    transport.terminate();
    await protocol.lost;
    expect(transport.getReturncode()).toBe(-15);
    replay.assertComplete();
  });

  it('says at which byte what is written deviates, and loses the link', async () => {
    const { replay, stdin, protocol } = await replayed();
    stdin.write(bytes('ad'));
    stdin.write(bytes('am\n'));
    await protocol.lost;
    expect(protocol.log.at(-1)).toBe('lost:ERR_TRANSPORT_LOST');
    expect(completionError(replay)).toMatchObject({
      kind: 'input',
      child: 1,
      offset: 3,
      expected: '"\\n"',
      actual: '"m\\n"',
      message: 'the replay of child 1 ("greet") deviates at byte 3 of its input: recorded is "\\n", got "m\\n"',
    });
  });

  it('says when more is written than was recorded, or the input ends too early', async () => {
    const more = await replayed();
    more.stdin.write(bytes('ada\nand more'));
    await more.protocol.lost;
    expect(completionError(more.replay)).toMatchObject({ offset: 4, expected: 'the end', actual: '"and more"' });
    const less = await replayed();
    less.stdin.write(bytes('ad'));
    less.stdin.close();
    await less.protocol.lost;
    expect(completionError(less.replay)).toMatchObject({ kind: 'end of input', offset: 2, expected: '"a\\n"' });
  });

  it('throws at a signal that is not the recorded one', async () => {
    const { replay, stdin, protocol, transport } = await replayed();
    stdin.write(bytes('ada\n'));
    await protocol.until('data:1:hello ada');
    const error = await failureOf(() => {
      transport.kill();
    });
    expect(error).toMatchObject({ kind: 'signal', expected: 'signal SIGTERM', actual: 'signal SIGKILL' });
    await protocol.lost;
    expect(completionError(replay)).toBe(error);
  });

  it('rejects a spawn that is not recorded, with the difference to the closest that is', async () => {
    const replay = replayBackend(await greeting());
    const error = await failureOf(() => start(replay, 'greet', ['-q'], { env: { LANG: 'C', MORE: '1' }, cwd: '/' }));
    expect(error.message).toBe(
      'the replay of child 1 ("greet") deviates: recorded is another spawn, got args[0]: recorded "-v", got "-q"; ' +
        'cwd: recorded nothing, got "/"; env.MORE: recorded nothing, got "1"',
    );
    const sized = replayBackend(await greeting());
    const options = { env: { LANG: 'C' }, pipeSize: 4_096 };
    expect((await failureOf(() => start(sized, 'greet', ['-v'], options))).message).toMatch(
      / got pipeSize: recorded nothing, got 4096$/,
    );
    const none = replayBackend({ ...(await greeting()), events: [] });
    expect((await failureOf(() => start(none, 'rm', ['-rf']))).message).toMatch('no more spawn, got "rm" ["-rf"]');
  });

  it('may leave variables out of the comparison', async () => {
    for (const ignoreEnv of [true, ['LANG', 'MORE']] as const) {
      const replay = replayBackend(await greeting(), { ignoreEnv });
      await start(replay, 'greet', ['-v'], { env: { LANG: 'de', MORE: '1' } });
      await replay.dispose();
    }
  });

  it('tells what was not done', async () => {
    const { replay, stdin, protocol } = await replayed();
    expect(completionError(replay)).toMatchObject({ kind: 'incomplete', offset: 0, expected: '"ada\\n"' });
    stdin.write(bytes('ada\n'));
    await protocol.until('data:1:hello ada');
    expect(completionError(replay)).toMatchObject({ kind: 'incomplete', expected: 'signal SIGTERM' });
    await replay.dispose();
    await protocol.lost;
    expect(completionError(replayBackend(await greeting()))).toMatchObject({ expected: 'its spawn' });
  });

  it('tells that the input was not ended', async () => {
    const backend = new FakeBackend();
    backend.expect('cat').run(async ({ stdin, stdout }) => {
      await stdout.write(await stdin.readAll());
    });
    const recording = recordBackend(backend);
    const recorded = await start(recording, 'cat');
    recorded.stdin.write(bytes('hi'));
    recorded.stdin.close();
    await recorded.protocol.lost;
    const replay = replayBackend(recording.session);
    const { stdin, protocol } = await start(replay, 'cat');
    stdin.write(bytes('hi'));
    await replay.settle();
    expect(completionError(replay)).toMatchObject({ kind: 'incomplete', expected: 'the end of the input' });
    stdin.close();
    await protocol.lost;
    expect(protocol.text(1)).toBe('hi');
    replay.assertComplete();
  });

  it('lets the recorded time pass on a virtual clock', async () => {
    const replay = replayBackend(await greeting(), { speed: 'virtual' });
    const { stdin, protocol, transport } = await start(replay, 'greet', ['-v'], { env: { LANG: 'C' } });
    const times: number[] = [];
    replay.clock.setTimer(() => times.push(replay.clock.now()), 99);
    stdin.write(bytes('ada\n'));
    await protocol.until('data:1:hello ada');
    expect(times).toEqual([99]);
    expect(replay.clock.now()).toBeGreaterThanOrEqual(100);
    transport.terminate();
    await protocol.lost;
    replay.assertComplete();
  });

  it('plays children in the order in which they are asked for, if they differ', async () => {
    const backend = new FakeBackend();
    backend.expect('a').reply({ stdout: 'A' });
    backend.expect('b').reply({ stdout: 'B' });
    const recording = recordBackend(backend);
    for (const program of ['a', 'b']) {
      await (
        await start(recording, program)
      ).protocol.lost;
    }
    const replay = replayBackend(recording.session);
    for (const program of ['b', 'a']) {
      const { protocol } = await start(replay, program);
      await protocol.lost;
      expect(protocol.text(1)).toBe(program.toUpperCase());
    }
    replay.assertComplete();
  });

  it('loses the link where a recording was cut off', async () => {
    const session = await greeting();
    const replay = replayBackend({ ...session, events: session.events.slice(0, 3) });
    const { protocol, transport } = await start(replay, 'greet', ['-v'], { env: { LANG: 'C' } });
    await protocol.lost;
    expect(protocol.log).toContain('data:1:name?');
    expect(transport.getReturncode()).toBeNull();
  });

  it('joins two children as the recorded backend did, and refuses to where it could not', async () => {
    const joined = async (backend: SubprocessBackend): Promise<string> => {
      const pipe = backend.createPipe!();
      const reader = await start(backend, 'reader', [], { stdin: pipe.reader });
      const writer = await start(backend, 'writer', [], { stdout: pipe.writer });
      pipe.close();
      await Promise.all([reader.protocol.lost, writer.protocol.lost]);
      return reader.protocol.text(1);
    };
    const backend = new FakeBackend();
    backend.expect('reader').run(async ({ stdin, stdout }) => stdout.write(await stdin.readAll()));
    backend.expect('writer').run(({ stdout }) => stdout.write('through'));
    const recording = recordBackend(backend);
    expect(await joined(recording)).toBe('through');
    const replay = replayBackend(recording.session);
    expect(await joined(replay)).toBe('through');
    replay.assertComplete();

    const lacking = recordBackend(new FakeBackend({ supports: { createPipe: false } }));
    expect(() => lacking.createPipe()).toThrow(NotSupportedError);
    expect(() => replayBackend(lacking.session).createPipe()).toThrow(NotSupportedError);
  });

  it('has pids that no process has', async () => {
    const { transport, replay } = await replayed();
    expect(() => process.kill(transport.getPid() ?? 0, 0)).toThrow('ESRCH');
    await replay.dispose();
  });
});
