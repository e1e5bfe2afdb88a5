/** Where we run: inherited streams, a worker thread, a child of our own. */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { PIPE } from '@subwire/transport';
import { createSubprocessExec, run } from '../src/index.js';
import { node, sh, utf8 } from './helpers/children.js';

/** This package as a program imports it. */
const INDEX = join(__dirname, '..', 'dist', 'index.js');

describe('inherited streams', () => {
  // test_process_streams_redirect (uvloop)
  it('go to the parent’s own, each to its own', async () => {
    const script = `import(${JSON.stringify(INDEX)}).then(async ({ createSubprocessExec }) => {
      const proc = await createSubprocessExec('/bin/sh', ['-c', 'cat; echo out; echo err >&2']);
      await proc.wait();
    })`;
    const result = await run(...node(script), { input: 'in\n', encoding: 'utf8' });
    expect(result).toMatchObject({ stdout: 'in\nout\n', stderr: 'err\n', returncode: 0 });
  });
});

describe('a worker thread', () => {
  // test_create_subprocess_with_pidfd, TestFork.test_fork_asyncio_subprocess
  it('runs children of its own', async () => {
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
      import(${JSON.stringify(INDEX)}).then(async ({ run }) => {
        const result = await run('cat', [], { input: 'from a worker', encoding: 'utf8' });
        parentPort.postMessage(result.stdout);
      });`,
      { eval: true },
    );
    const ended = once(worker, 'exit');
    expect(await once(worker, 'message')).toEqual(['from a worker']);
    await ended;
  });
});

describe('signals', () => {
  // test_signals_sigint_* (uvloop)
  it.each(['SIGINT', 'SIGHUP', 'SIGUSR2'] as const)('%s reaches a child that listens for it', async (signal) => {
    const script = `process.on('${signal}', () => { console.log('got ${signal}'); process.exit(0); });
      console.log('ready'); setInterval(() => {}, 1000);`;
    const proc = await createSubprocessExec(...node(script), { stdout: PIPE, stderr: PIPE });
    expect(utf8(await proc.stdout.readline())).toBe('ready\n');
    proc.sendSignal(signal);
    const [stdout, stderr] = await proc.communicate();
    expect([utf8(stdout), utf8(stderr), proc.returncode]).toEqual([`got ${signal}\n`, '', 0]);
  });

  it('reach a whole group with scope "group", and only a child that leads one', async () => {
    const proc = await createSubprocessExec(...sh('sleep 60 & echo ready; wait'), {
      stdout: PIPE,
      startNewSession: true,
    });
    await proc.stdout.readline();
    proc.sendSignal('SIGTERM', 'group');
    // The descendant held stdout: its end is that of the whole group.
    expect(await proc.stdout.read()).toHaveLength(0);
    expect(await proc.wait()).toBe(-15);
  });
});
