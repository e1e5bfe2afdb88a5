import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSubprocessExec, PIPE, run } from '@subwire/process';
import { FakeBackend } from '@subwire/testing';

it('cannot be started', async () => {
  await using backend = new FakeBackend();
  // #region spawn
  backend.expect('tool').fail({ code: 'ENOENT' }); // no such program
  backend.expect('tool').fail({ code: 'ENOENT', stage: 'cwd' }); // no such directory
  backend.expect('tool').fail({ code: 'EACCES' }); // not executable
  backend.expect('tool').fail({ code: 'E2BIG' }, true); // thrown by spawn() itself instead of reported later
  backend.expect('tool').fail({ code: 'EMFILE' }); // out of descriptors
  backend.expect('tool').fail({ code: 'EAGAIN' }); // no room for another process
  // #endregion spawn
  for (const code of ['ENOENT', 'ENOENT', 'EACCES', 'E2BIG', 'EMFILE', 'EAGAIN']) {
    await assert.rejects(run('tool', [], { backend, cwd: '/work' }), { code });
  }
  backend.assertNoPending();
});

it('is driven by hand', async () => {
  await using backend = new FakeBackend({ capacityBytes: 1_024 });
  // #region byHand
  const expectation = backend.expect('tool').byHand();
  const tool = await createSubprocessExec('tool', [], { backend, stdin: PIPE, stdout: PIPE });
  const child = await expectation.child();

  void child.write(1, 'half a li'); // a line in two chunks
  void child.write(1, 'ne\n');
  const line = await tool.stdout.readline();

  tool.stdin.write('x'.repeat(100_000)); // nobody reads: back-pressure
  await backend.settle();
  const stalled = child.stalledInputBytes;

  child.closeFd(0); // a broken input
  const held = child.hold([1]); // a descendant keeps the output open
  child.exit(0); // the exit, before the end of the output
  const returncode = await tool.wait();
  void held.write(1, 'from the descendant\n');
  held.release(); // and now the end
  const rest = await tool.stdout.read();
  // #endregion byHand
  assert.equal(Buffer.from(line).toString(), 'half a line\n');
  assert.ok(stalled > 60_000);
  assert.equal(returncode, 0);
  assert.equal(Buffer.from(rest).toString(), 'from the descendant\n');
});

it('takes signals in its own way', async () => {
  await using backend = new FakeBackend({ autoAdvance: true });
  backend.expect('tool').byHand();
  const tool = await createSubprocessExec('tool', [], { backend });
  const [child] = backend.children;
  assert.ok(child);
  // #region signals
  child.signals.ignore('SIGTERM', 2); // twice; the third one ends it
  child.signals.handle('SIGINT', () => void child.write(1, 'interrupted\n'));
  child.signals.receive('SIGSTOP'); // stopped: takes no notice until SIGCONT
  // #endregion signals
  const report = await tool.stop({ graceMs: 1_000 });
  assert.deepEqual(report.returncode, -9);

  backend.expect('tool').byHand();
  const other = await createSubprocessExec('tool', [], { backend });
  // #region kill
  backend.children[1]?.becomeDeaf(); // kill() finds nobody, though the exit is not known yet
  assert.throws(() => other.kill(), { code: 'ESRCH' });
  backend.children[1]?.refuseSignals(); // kill() is not permitted
  assert.throws(() => other.kill(), { code: 'EPERM' });
  // #endregion kill
});

it('delivers as badly as a kernel may', async () => {
  // #region seeds
  for (let seed = 0; seed < 20; seed += 1) {
    await using backend = new FakeBackend({ seed, chunking: 'codePoints', capacityBytes: 7 });
    backend.expect('tool').reply({ stdout: 'naïve café\r\n', stderr: 'Grüße\n', exit: 3 });
    const { stdout, stderr, returncode } = await run('tool', [], { backend, encoding: 'utf8' });
    assert.deepEqual([stdout, stderr, returncode], ['naïve café\r\n', 'Grüße\n', 3]);
  }
  // #endregion seeds
});

it('is hard to miss', async () => {
  await using backend = new FakeBackend();
  // #region loud
  backend.expect('git', ['push', 'origin']).reply();
  await assert.rejects(run('git', ['push', 'fork'], { backend }), {
    message: [
      'unexpected spawn of "git" ["push","fork"]; the closest expectation is "git" ["push", "origin"]:',
      '  args[1]: expected "origin", got "fork"',
    ].join('\n'),
  });
  // #endregion loud
});
