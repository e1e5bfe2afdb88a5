// #region tests
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeBackend } from '@subwire/testing';
import { currentBranch } from './currentBranch.js';

describe('currentBranch', () => {
  let backend: FakeBackend;

  beforeEach(() => {
    backend = new FakeBackend({ autoAdvance: true });
  });

  afterEach(() => backend.finish());

  it('is what git says', async () => {
    backend.expect({ program: 'git', args: ['branch', '--show-current'], cwd: '/repo' }).reply({ stdout: 'main\n' });
    expect(await currentBranch('/repo', { backend })).toBe('main');
  });

  it('passes on what git complains about', async () => {
    backend.expect('git').reply({ stderr: 'fatal: not a git repository\n', exit: 128 });
    await expect(currentBranch('/repo', { backend })).rejects.toThrow('git: fatal: not a git repository');
  });

  it('rejects where there is no git', async () => {
    backend.expect('git').fail({ code: 'ENOENT' });
    await expect(currentBranch('/repo', { backend })).rejects.toMatchObject({ code: 'ENOENT', stage: 'lookup' });
  });

  it('ends a git that hangs and ignores SIGTERM, in no time', async () => {
    backend.expect('git').run(({ on, forever }) => {
      on('SIGTERM', 'ignore');
      return forever();
    });
    await expect(currentBranch('/repo', { backend })).rejects.toThrow(/10.?000|timed out/);
    expect(backend.children[0]?.receivedSignals).toContain('SIGKILL');
    expect(backend.clock.now()).toBe(15_000); // 10 s until the timeout, 5 s of grace
  });
});
// #endregion tests
