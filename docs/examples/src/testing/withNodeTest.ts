// #region tests
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
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
    assert.equal(await currentBranch('/repo', { backend }), 'main');
  });

  it('passes on what git complains about', async () => {
    backend.expect('git').reply({ stderr: 'fatal: not a git repository\n', exit: 128 });
    await assert.rejects(currentBranch('/repo', { backend }), { message: 'git: fatal: not a git repository' });
  });

  it('rejects where there is no git', async () => {
    backend.expect('git').fail({ code: 'ENOENT' });
    await assert.rejects(currentBranch('/repo', { backend }), { code: 'ENOENT', stage: 'lookup' });
  });

  it('ends a git that hangs and ignores SIGTERM, in no time', async () => {
    backend.expect('git').run(({ on, forever }) => {
      on('SIGTERM', 'ignore');
      return forever();
    });
    await assert.rejects(currentBranch('/repo', { backend }), { name: 'TimeoutExpired' });
    assert.ok(backend.children[0]?.receivedSignals.includes('SIGKILL'));
    assert.equal(backend.clock.now(), 15_000); // 10 s until the timeout, 5 s of grace
  });
});
// #endregion tests
