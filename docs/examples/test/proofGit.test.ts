/** What the tests of a git library look like without a mock of `child_process`; see docs/explanation/testing-without-mocks.md. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { FakeBackend, type FakeBackendOptions } from '@subwire/testing';
import { GitRunner } from '../src/proof/gitRunner.js';

// #region setUp
let backend: FakeBackend;

function git(options: FakeBackendOptions = {}): GitRunner {
  backend = new FakeBackend({ autoAdvance: true, ...options });
  return new GitRunner({ baseDir: '/repo', silenceMs: 1_000, backend });
}

afterEach(() => backend.finish());
// #endregion setUp

describe('what the mock could say too', () => {
  // #region same
  it('runs a command in the directory and returns its output', async () => {
    const runner = git();
    backend.expect({ program: 'git', args: ['tag', '--list'], cwd: '/repo' }).reply({ stdout: 'v1\nv2\n' });
    expect(await runner.raw('tag', '--list')).toBe('v1\nv2\n');
  });

  it('rejects with what git complains about', async () => {
    const runner = git();
    backend.expect('git').reply({ stderr: 'fatal: bad revision\n', exit: 128 });
    await expect(runner.raw('show', 'nothing')).rejects.toThrow('fatal: bad revision');
  });

  it('runs one command after the other, also after one that failed', async () => {
    const runner = git({ ordered: true });
    backend.expect('git', ['fetch']).reply({ exit: 1, delayMs: 500 });
    backend.expect('git', ['log']).reply({ stdout: 'done' });
    const fetch = runner.raw('fetch').catch(() => backend.children.length);
    expect(await Promise.all([fetch, runner.raw('log')])).toEqual([1, 'done']);
  });

  it('ends a git that has gone silent', async () => {
    const runner = git();
    backend.expect('git').run(async ({ stdout, sleep, forever }) => {
      await stdout.write('a');
      await sleep(900); // not yet silent
      await stdout.write('b');
      return forever();
    });
    await expect(runner.raw('clone')).rejects.toThrow('git clone was silent for 1000 ms');
    expect([backend.clock.now(), backend.children[0]?.receivedSignals[0]]).toEqual([1_900, 'SIGTERM']);
  });
  // #endregion same
});

describe('what the mock could not say', () => {
  // #region more
  it('decodes a name whose letters are cut in two, in any order of the pipes', async () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const runner = git({ seed, chunking: 'codePoints' });
      backend.expect('git').reply({ stdout: 'été 日本 😀\n', stderr: 'Grüße\n' });
      expect(await runner.raw('branch')).toBe('été 日本 😀\n');
    }
  });

  it('settles though a git in the background still holds the output', async () => {
    const runner = git();
    backend.expect('git').run(async ({ stdout, hold }) => {
      hold([1, 2]);
      await stdout.write('fetched\n');
    });
    expect(await runner.raw('fetch')).toBe('fetched\n');
    backend.children[0]?.releaseHolders();
  });

  it('kills a silent git that ignores SIGTERM', async () => {
    const runner = git();
    backend.expect('git').run(({ on, forever }) => {
      on('SIGTERM', 'ignore');
      return forever();
    });
    await expect(runner.raw('gc')).rejects.toThrow('git gc was silent');
    expect(backend.children[0]?.receivedSignals).toContain('SIGKILL');
    expect(backend.clock.now()).toBe(6_000); // 1 s of silence, 5 s of grace
  });

  it('reports that there was no descriptor left, and runs the next command', async () => {
    const runner = git();
    backend.expect('git').fail({ code: 'EMFILE' });
    backend.expect('git').reply({ stdout: 'fine' });
    await expect(runner.raw('status')).rejects.toMatchObject({ code: 'EMFILE', stage: 'stdio' });
    expect(await runner.raw('status')).toBe('fine');
  });
  // #endregion more
});
