/** Faults that belong to no method in particular. F27, F28, F37, F38, F60, F65, F79, X11. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { nodeBackend, PIPE, type CallbackError } from '@subwire/transport';
import { createSubprocessExec, run } from '../src/index.js';
import { node, rejection, sh, until, utf8 } from './helpers/children.js';

/** Source of this package, for programs that are to die of what we do. */
const INDEX = join(__dirname, '..', 'dist', 'index.js');

describe('faults', () => {
  // F27, X11: what nobody handles must not end the process that uses us.
  it('do not become uncaught exceptions or unhandled rejections of the parent', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'subwire-faults-'));
    const program = join(directory, 'parent.mjs');
    await writeFile(
      program,
      `import { createSubprocessExec, PIPE, run } from ${JSON.stringify(INDEX)};
      const all = { stdin: PIPE, stdout: PIPE, stderr: PIPE };
      for (let i = 0; i < 20; i += 1) {
        const proc = await createSubprocessExec('true', [], all);
        proc.stdin.write(new Uint8Array(i % 2 ? 1 : 1_000_000));
        proc.stdout.read(); proc.stderr.readline();
        await proc.wait();
        proc.stdin.write('late');
      }
      const killed = await createSubprocessExec('cat', [], all);
      killed.stdin.write(new Uint8Array(1_000_000));
      killed.kill();
      await killed.wait();
      const cancelled = await createSubprocessExec('yes', [], all);
      cancelled.stdout.cancel();
      await cancelled.wait();
      await run('sleep', ['60'], { timeoutMs: 50 }).catch(() => {});
      await run('no-such-program').catch(() => {});
      console.log('survived');`,
    );
    const result = await run(process.execPath, [program], { encoding: 'utf8', timeoutMs: 14_000 });
    await rm(directory, { recursive: true });
    expect([result.stdout, result.stderr, result.returncode]).toEqual(['survived\n', '', 0]);
  });

  it('nothing of ours keeps the parent from ending once its children have ended', async () => {
    const script = `import(${JSON.stringify(INDEX)}).then(async ({ run, createSubprocessExec, PIPE }) => {
      await run('true', [], { timeoutMs: 600000, signal: new AbortController().signal });
      const proc = await createSubprocessExec('true', [], { stdin: PIPE, stdout: PIPE });
      await proc.communicate(null, { timeoutMs: 600000, drainGraceMs: 600000 });
      await proc.stop();
    })`;
    expect(await run(...node(script), { timeoutMs: 10_000, encoding: 'utf8' })).toMatchObject({
      returncode: 0,
      stderr: '',
    });
  });

  // F28, F38: what the backend cannot do is declared, and what it declares is true.
  it('of the backend are what it declares: its pipes are socket pairs', async () => {
    const result = await run(...sh('echo hi > /dev/stdout'), { encoding: 'utf8' });
    expect(result.stdout === 'hi\n').toBe(nodeBackend.supports.pipes.includes('pipe'));
  });

  // F37
  it('of a child that makes its output non-blocking do not lose bytes for others', async () => {
    const result = await run(...node('process.stdout.write("x".repeat(1_000_000), () => process.exit())'));
    expect(result.stdout).toHaveLength(1_000_000);
  });

  // F79
  it('of a callback below are reported to the option of the layer below, and end nothing', async () => {
    const reported: CallbackError[] = [];
    const onCallbackError = (error: CallbackError): void => void reported.push(error);
    const proc = await createSubprocessExec(...sh('read x; echo out'), { stdin: PIPE, stdout: PIPE, onCallbackError });
    // Feeding the end by hand makes the reader refuse what really comes.
    proc.stdout.feedEof();
    proc.stdin.write('go\n');
    expect(await proc.wait()).toBe(0);
    await until(() => reported.length > 0);
    expect(reported.map(({ callback, code }) => [callback, code])).toEqual([['pipeDataReceived', 'ERR_CALLBACK']]);
  });

  it('of one child do not touch another', async () => {
    const results = await Promise.allSettled([
      run('no-such-program'),
      run(...sh('kill -9 $$')),
      run('sleep', ['60'], { timeoutMs: 50 }),
      run('yes', [], { maxBytes: 100 }),
      run('echo', ['fine'], { encoding: 'utf8' }),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      'rejected',
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(results[4]).toMatchObject({ value: { stdout: 'fine\n' } });
  });

  // F65
  it('of a signal in the tick of the creation reach the program, and no copy of the parent', async () => {
    const received: string[] = [];
    const onSignal = (signal: string): void => void received.push(signal);
    process.on('SIGTERM', onSignal);
    try {
      const proc = await createSubprocessExec('sleep', ['60']);
      proc.terminate();
      expect([await proc.wait(), received]).toEqual([-15, []]);
    } finally {
      process.off('SIGTERM', onSignal);
    }
  });

  // F60 as far as it goes here: a child whose parent ends sees the end of its input.
  it('of the parent reach a child by the end of its input', async () => {
    const script = `import(${JSON.stringify(INDEX)}).then(async ({ createSubprocessExec, PIPE }) => {
      await createSubprocessExec('/bin/sh', ['-c', 'cat >/dev/null; echo orphan ended >&2'], { stdin: PIPE });
      process.exit(5);
    })`;
    const result = await run(...node(script), { encoding: 'utf8' });
    expect([result.returncode, result.stderr]).toEqual([5, 'orphan ended\n']);
  });

  it('in the middle of a read reject that read and no later one', async () => {
    await using proc = await createSubprocessExec('cat', [], { stdin: PIPE, stdout: PIPE });
    const controller = new AbortController();
    const aborted = rejection(proc.stdout.readline({ signal: controller.signal }));
    proc.stdin.write('par');
    await proc.stdout.peek(0);
    controller.abort('later');
    expect(await aborted).toBe('later');
    proc.stdin.write('tial\n');
    expect(utf8(await proc.stdout.readline())).toBe('partial\n');
  });
});
