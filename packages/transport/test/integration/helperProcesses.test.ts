/** What must be seen from outside: a process that lives on, or one under limits. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { exec, finish, programPath, runProgram, ScratchDirectory, shell, type Outcome } from '../helpers/realChild.js';

const scratch = new ScratchDirectory();
const asRoot = process.getuid?.() === 0 ? it : it.skip;

afterAll(() => {
  scratch.remove();
});

/** The programs and the built package in a place where another user can read them. */
function publicCopy(): string {
  const root = join(__dirname, '..', '..');
  const copy = scratch.join('transport');
  cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
  cpSync(dirname(programPath('x')), join(copy, 'test/integration/programs'), { recursive: true });
  writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
  mkdirSync(join(copy, 'node_modules'));
  cpSync(join(root, 'node_modules/eventemitter3'), join(copy, 'node_modules/eventemitter3'), {
    recursive: true,
    dereference: true,
  });
  cpSync(process.execPath, join(copy, 'node'));
  return copy;
}

describe('a program that starts children', () => {
  // X11, F27, X20
  it('survives EPIPE, ECONNRESET and children that cannot be started', async () => {
    expect(await runProgram('survivor.mjs')).toEqual({ returncode: 0, stdout: 'alive', stderr: '' });
  });

  // F79
  it('learns of a throw in a callback as an uncaught exception, and gets every other callback', async () => {
    const { returncode, stdout } = await runProgram('uncaught.mjs');
    expect(returncode).toBe(0);
    expect(stdout.trim().split('\n').sort()).toEqual([
      'CallbackError ERR_CALLBACK connectionLost three',
      'CallbackError ERR_CALLBACK connectionMade one',
      'CallbackError ERR_CALLBACK pipeDataReceived two',
      'exited',
    ]);
  });

  // F93
  it('is not led astray by a polluted Object.prototype', async () => {
    expect(await runProgram('pollution.mjs')).toEqual({ returncode: 0, stdout: 'done', stderr: '' });
  });

  it.each(['pipes', 'merged', 'extra', 'none'])('may end while an unreferenced child with %s runs', async (shape) => {
    expect(await runProgram('unreferenced.mjs', [shape])).toEqual({ returncode: 0, stdout: 'ended first', stderr: '' });
  });

  it('is kept alive by a child that is referenced again', async () => {
    const outcome = await runProgram('unreferenced.mjs', ['pipes', 'again']);
    expect(outcome).toEqual({ returncode: 0, stdout: 'ended first', stderr: '' });
  });

  it('keeps nothing of a child that ended while others run', async () => {
    const program = programPath('busyHost.mjs');
    const { returncode, stdout, stderr } = await finish(await exec(process.execPath, ['--expose-gc', program]));
    expect([returncode, stderr]).toEqual([0, '']);
    // The environment alone has 20 kB.
    expect(Number(stdout)).toBeLessThan(5);
  });

  // F7, F8
  it('loses no descriptor however few are free', async () => {
    const command = `ulimit -n 64; exec '${process.execPath}' '${programPath('descriptorSweep.mjs')}'`;
    const { returncode, stdout, stderr } = await finish(await shell(command));
    expect([returncode, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    const unexpected = lines.filter((line) => !/^\w+ \d+ (ran|SpawnError EMFILE stdio)$/.test(line));
    expect(unexpected).toEqual([]);
    for (const shape of ['pipes', 'merged', 'mixed', 'extra', 'swapped', 'none']) {
      const outcomes = lines.filter((line) => line.startsWith(shape)).map((line) => line.endsWith('ran'));
      expect(outcomes).toHaveLength(21);
      expect([outcomes[0], outcomes[20]]).toEqual([false, true]);
      // Once there are enough, there are enough.
      expect(outcomes).toEqual([...outcomes].sort());
    }
  });

  // F6
  asRoot('is told EAGAIN when there is no room for another process, and loses nothing', async () => {
    const copy = publicCopy();
    await finish(await exec('chmod', ['-R', 'a+rX', scratch.path]));
    const outcome: Outcome = await finish(
      await exec('prlimit', [
        '--nproc=24:24',
        'setpriv',
        '--reuid=65531',
        '--regid=65531',
        '--clear-groups',
        join(copy, 'node'),
        join(copy, 'test/integration/programs/processLimit.mjs'),
      ]),
    );
    expect(outcome).toEqual({
      returncode: 0,
      stdout: 'some started, then SpawnError EAGAIN spawn, 0 lost',
      stderr: '',
    });
  });

  // F11
  asRoot('cannot start a child in a directory that it may not enter', async () => {
    const secret = scratch.join('secret');
    mkdirSync(secret, { mode: 0o700 });
    const copy = scratch.join('transport');
    const script = `import('${copy}/dist/index.js').then(({ subprocessExec, SubprocessProtocol }) =>
      subprocessExec(() => new SubprocessProtocol(), 'true', [], { cwd: ${JSON.stringify(secret)} })
    ).catch((e) => process.stdout.write([e.name, e.code, e.stage, e.path].join(' ')))`;
    const drop = ['--reuid=65531', '--regid=65531', '--clear-groups', join(copy, 'node'), '-e', script];
    expect((await finish(await exec('setpriv', drop))).stdout).toBe(`SpawnError EACCES cwd ${secret}`);
  });

  // F13
  asRoot('cannot take the identity of another user without the right to', async () => {
    const copy = scratch.join('transport');
    const script = `import('${copy}/dist/index.js').then(({ subprocessExec, SubprocessProtocol }) =>
      subprocessExec(() => new SubprocessProtocol(), 'true', [], { user: 0 })
    ).catch((e) => process.stdout.write([e.name, e.code, e.stage].join(' ')))`;
    const drop = ['--reuid=65531', '--regid=65531', '--clear-groups', join(copy, 'node'), '-e', script];
    expect((await finish(await exec('setpriv', drop, { cwd: '/' }))).stdout).toBe('SpawnError EPERM identity');
  });

  asRoot('can give a child another user and group', async () => {
    const child = await exec('id', ['-u', '-n'], { user: 65_534, group: 65_534, cwd: '/' });
    expect((await finish(child)).stdout).toBe('nobody\n');
  });
});
