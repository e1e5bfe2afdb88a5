import { describe, expect, it } from '@jest/globals';
import { ValueError } from '@subwire/transport';
import { FakeBackend, UnexpectedSpawnError } from '../src/fake/fakeBackend.js';
import type { FakeSpawnFailure } from '../src/fake/fakeSpawnError.js';
import { bytes, failureOf, start } from './helpers/started.js';

describe('what is expected', () => {
  it('is found by literal, pattern and predicate', async () => {
    const backend = new FakeBackend();
    backend
      .expect({
        program: /git$/g,
        args: ['log', /^-n\d+$/g, (arg) => arg.length === 3],
        cwd: '/repo',
        env: { LANG: 'C' },
      })
      .reply({ stdout: 'ok' })
      .times(2);
    for (const program of ['git', '/usr/bin/git']) {
      const options = { cwd: '/repo', env: { LANG: 'C', MORE: '1' } };
      const { protocol } = await start(backend, program, ['log', '-n5', 'abc'], options);
      await protocol.lost;
    }
    backend.assertNoPending();
  });

  it('may look at all arguments and at the whole environment, ours included', async () => {
    const backend = new FakeBackend();
    backend.expect({ program: 'p', args: (args) => args.includes('-x'), env: (env) => 'PATH' in env }).reply({});
    backend.expect({ program: 'p', env: { PATH: /./ } }).reply({});
    await (
      await start(backend, 'p', ['a', '-x'])
    ).protocol.lost;
    await (
      await start(backend, 'p')
    ).protocol.lost;
    backend.assertNoPending();
  });

  it('may come so many times, said before or after the reply', async () => {
    const backend = new FakeBackend();
    backend.expect('a').times(2).reply({ exit: 1 });
    backend.expect('b').reply({ exit: 1 }, { exit: 2 }).times(3);
    backend.expect('c').times(Infinity).reply({});
    const codes = [];
    for (const program of ['a', 'a', 'b', 'b', 'b']) {
      const { protocol, transport } = await start(backend, program);
      await protocol.lost;
      codes.push(transport.getReturncode());
    }
    expect(codes).toEqual([1, 1, 1, 2, 2]);
    backend.assertNoPending();
  });

  it('has to come in order if the backend says so, with the optional ones between', async () => {
    const backend = new FakeBackend({ ordered: true });
    backend.expect('maybe').times(Infinity).reply({});
    backend.expect('first').reply({});
    backend.expect('second').reply({});
    expect((await failureOf(() => start(backend, 'second'))).message).toMatch(
      'it is expected, but later; now it is the turn of "maybe" or "first"',
    );
    for (const program of ['maybe', 'first', 'maybe', 'second']) {
      await (
        await start(backend, program)
      ).protocol.lost;
    }
  });

  it('hands out its children', async () => {
    const backend = new FakeBackend();
    const expectation = backend.expect('p').byHand();
    const [{ protocol }, child] = await Promise.all([start(backend, 'p'), expectation.child()]);
    child.exit(4);
    await protocol.lost;
    expect(protocol.log).toContain('exited:4');
  });
});

describe('loudness', () => {
  it('an unexpected spawn prints the closest expectation and the difference, and is not forgotten', async () => {
    const backend = new FakeBackend();
    backend.expect('npm', ['install']).times(Infinity).reply({});
    backend.expect({ program: 'git', args: ['push', 'origin'], cwd: '/repo' }).reply({});
    const error = await failureOf(() => start(backend, 'git', ['push', 'fork', '-f']));
    expect(error).toBeInstanceOf(UnexpectedSpawnError);
    expect(error.message).toBe(
      [
        'unexpected spawn of "git" ["push","fork","-f"]; the closest expectation is "git" ["push", "origin"]:',
        '  args: expected 2, got 3',
        '  args[1]: expected "origin", got "fork"',
        '  args[2]: expected nothing, got "-f"',
        '  cwd: expected "/repo", got null',
      ].join('\n'),
    );
    expect(() => {
      backend.assertNoPending();
    }).toThrow(/unexpected spawn of "git"[\s\S]*expected "git" \["push", "origin"\] 1 more time/);
  });

  it('says so when a spawn comes too often, or when nothing is expected', async () => {
    const backend = new FakeBackend();
    expect((await failureOf(() => start(backend))).message).toMatch('nothing more is expected');
    backend.expect('prog').reply({});
    await (
      await start(backend)
    ).protocol.lost;
    expect((await failureOf(() => start(backend))).message).toMatch('it was expected 1 time(s), and all of them');
  });

  it('a child that still runs is named, with all that happened', async () => {
    const backend = new FakeBackend();
    backend.expect('prog').byHand();
    const { transport, stdin } = await start(backend, 'prog', ['-v']);
    const [child] = backend.children;
    stdin.write(bytes('hello\n'));
    void child?.write(1, Uint8Array.of(0xff, 0));
    child?.signals.ignore('SIGTERM');
    transport.terminate();
    await backend.clock.advance(20);
    expect(() => {
      backend.assertNoLiveChildren();
    }).toThrow(/#1 prog still runs/);
    stdin.close();
    transport.kill();
    await backend.settle();
    expect(backend.timeline).toEqual([
      '0 ms #1 spawn "prog" ["-v"]',
      '0 ms #1 stdin "hello\\n"',
      '0 ms #1 writes <ff00> to 1',
      '0 ms #1 signal SIGTERM',
      '20 ms #1 stdin closed',
      '20 ms #1 signal SIGKILL',
      '20 ms #1 dies of SIGKILL',
    ]);
    backend.assertNoLiveChildren();
  });

  it('refuses settings that make no sense', () => {
    expect(() => new FakeBackend({ capacityBytes: 0 })).toThrow(ValueError);
    expect(() => new FakeBackend({ chunking: [3, 0] })).toThrow(ValueError);
    expect(() => new FakeBackend({ chunking: [] })).toThrow(ValueError);
    expect(() => new FakeBackend({ chunking: 'crlfs' as 'crlf' })).toThrow(ValueError);
    expect(() => new FakeBackend().expect('x').times(1.5)).toThrow(ValueError);
  });
});

describe('failures to start', () => {
  const failures: readonly (FakeSpawnFailure & { readonly at: string; readonly path: string | null })[] = [
    { code: 'ENOENT', at: 'lookup', path: 'prog' },
    { code: 'EACCES', at: 'exec', path: 'prog' },
    { code: 'ENOENT', stage: 'cwd', at: 'cwd', path: '/nowhere' },
    { code: 'ENOTDIR', at: 'cwd', path: '/nowhere' },
    { code: 'E2BIG', at: 'exec', path: 'prog' },
    { code: 'EAGAIN', at: 'spawn', path: null },
    { code: 'EMFILE', at: 'stdio', path: null },
    { code: 'EPERM', at: 'identity', path: 'prog' },
  ];

  it.each(failures)('$code at $at is the error of a real backend, thrown or reported later', async (failure) => {
    const backend = new FakeBackend();
    for (const thrown of [false, true]) {
      backend.expect('prog').fail(failure, thrown);
      const error = await failureOf(() => start(backend, 'prog', ['secret'], { cwd: '/nowhere' }));
      expect(error).toMatchObject({
        name: 'SpawnError',
        code: failure.code,
        stage: failure.at,
        program: 'prog',
        path: failure.path,
      });
      expect(error.message).not.toContain('secret');
    }
    backend.assertNoPending();
    backend.assertNoLiveChildren();
  });

  it('a start can hang, and be aborted', async () => {
    const backend = new FakeBackend();
    const expectation = backend.expect('prog').unstarted();
    const controller = new AbortController();
    const started = start(backend, 'prog', [], { signal: controller.signal });
    const child = await expectation.child();
    await backend.settle();
    controller.abort(new Error('enough'));
    await expect(started).rejects.toThrow('enough');
    expect([child.isRunning, child.returncode]).toEqual([false, null]);
    expect(() => {
      child.start();
    }).toThrow('was started already');
  });

  it('a start that is under way is not taken back by an abort, but killed', async () => {
    const backend = new FakeBackend();
    const expectation = backend.expect('prog').unstarted();
    const controller = new AbortController();
    const started = start(backend, 'prog', [], { signal: controller.signal });
    const child = await expectation.child();
    child.start();
    controller.abort(new Error('enough'));
    await expect(started).rejects.toThrow('enough');
    expect(child.returncode).toBe(-9);
  });

  it('a link can be lost before the start', async () => {
    const backend = new FakeBackend();
    const expectation = backend.expect('prog').unstarted();
    const started = start(backend);
    (await expectation.child()).lose();
    expect(await failureOf(() => started)).toMatchObject({ code: 'ERR_TRANSPORT_LOST', phase: 'starting' });
  });
});

describe('the end of a test', () => {
  it('leaves nothing: children are killed, held pipes let go, timers dropped, starts given up', async () => {
    const backend = new FakeBackend({ autoAdvance: true });
    backend.expect('a').run(({ hold, sleep }) => {
      hold([1, 2]);
      return sleep(1e9).then(() => 0);
    });
    backend.expect('b').unstarted();
    const a = await start(backend, 'a');
    const b = failureOf(() => start(backend, 'b'));
    await backend[Symbol.asyncDispose]();
    await a.protocol.lost;
    expect((await b).message).toBe('the fake child was never started');
    expect(a.strict.violations).toEqual([]);
    backend.clock.setTimer(() => {
      throw new Error('never');
    }, 0);
    expect(backend.clock.pendingTimers).toBe(0);
  });

  it('that fails leaves nothing either, not even a program that would go on for ever', async () => {
    const backend = new FakeBackend({ autoAdvance: true });
    let turns = 0;
    backend.expect('poll').run(async ({ sleep }) => {
      for (;;) {
        await sleep(10);
        turns += 1;
      }
    });
    const { protocol } = await start(backend, 'poll');
    await expect(backend.finish()).rejects.toThrow('#1 poll still runs');
    await protocol.lost;
    const atTheEnd = turns;
    await backend.settle();
    expect([turns, backend.clock.pendingTimers]).toEqual([atTheEnd, 0]);
  });

  it('that expected more is told so, and one that had it all is not', async () => {
    const backend = new FakeBackend();
    backend.expect('p').reply({});
    await expect(backend.finish()).rejects.toThrow('expected "p" 1 more time');
    await backend.finish();
  });

  it('a pid can be used again, and a late signal does not reach the stranger', async () => {
    const backend = new FakeBackend({ reusePids: true });
    backend.expect('p').byHand().times(3);
    const first = await start(backend, 'p');
    const second = await start(backend, 'p');
    expect(second.transport.getPid()).not.toBe(first.transport.getPid());
    backend.children[0]?.exit(0);
    await first.protocol.exited;
    const third = await start(backend, 'p');
    expect(third.transport.getPid()).toBe(first.transport.getPid());
    expect(await failureOf(() => first.transport.kill())).toMatchObject({ code: 'ESRCH' });
    expect(backend.children[2]?.receivedSignals).toEqual([]);
    await backend.dispose();
  });

  it('fake pids are no process of any system', async () => {
    const backend = new FakeBackend();
    backend.expect('p').byHand().times(3);
    for (let turn = 0; turn < 3; turn += 1) {
      const { transport } = await start(backend, 'p');
      const pid = transport.getPid() ?? 0;
      expect(pid).toBeGreaterThan(4_194_304);
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      expect(() => process.kill(-pid, 0)).toThrow('ESRCH');
    }
    await backend.dispose();
  });
});
