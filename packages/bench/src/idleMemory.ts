/** Resident memory of this process per idle child with three pipes. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SubprocessTransport } from '@subwire/transport';
import { CountingProtocol, median, ours } from './harness.js';
import { report } from './report.js';

const CHILDREN = 1_000;
/** So that code is loaded before the round that counts; not more, because later rounds reuse the heap of earlier ones. */
const WARM_UP = 50;

async function settledMemory(): Promise<number> {
  for (let turn = 0; turn < 4; turn += 1) {
    globalThis.gc?.();
    await delay(50);
  }
  return process.memoryUsage.rss();
}

/** Returns bytes per child. */
async function roundOfOurs(count: number): Promise<number> {
  const before = await settledMemory();
  const children: (readonly [SubprocessTransport, CountingProtocol])[] = [];
  for (let index = 0; index < count; index += 1) {
    children.push(await ours(new CountingProtocol(), '/bin/cat'));
  }
  const after = await settledMemory();
  for (const [transport] of children) {
    transport.close();
  }
  await Promise.all(children.map(([, protocol]) => protocol.ended));
  return (after - before) / count;
}

async function roundOfNode(count: number): Promise<number> {
  const before = await settledMemory();
  const children: ChildProcess[] = [];
  for (let index = 0; index < count; index += 1) {
    const child = spawn('/bin/cat');
    child.stdout?.on('data', () => undefined);
    child.stderr?.on('data', () => undefined);
    children.push(child);
  }
  const after = await settledMemory();
  await Promise.all(
    children.map((child) => {
      child.kill('SIGKILL');
      return new Promise((resolve) => child.on('close', resolve));
    }),
  );
  return (after - before) / count;
}

/** Each contender has a process of its own: the heap that one leaves behind would be the other's. */
function inOwnProcess(contender: string): number {
  const flags = ['--expose-gc', '--max-semi-space-size=1', fileURLToPath(import.meta.url), contender];
  return Number(spawnSync(process.execPath, flags, { encoding: 'utf8' }).stdout);
}

const rounds = new Map([
  ['ours', roundOfOurs],
  ['node', roundOfNode],
]);
const round = rounds.get(process.argv[2] ?? '');
if (round !== undefined) {
  await round(WARM_UP);
  console.log(await round(CHILDREN));
} else {
  const results = [1, 2, 3].map(() => [inOwnProcess('ours'), inOwnProcess('node')] as const);
  const us = median(results.map(([one]) => one));
  const node = median(results.map(([, one]) => one));
  const figures = `${(us / 1_024).toFixed(1)} KiB, node ${(node / 1_024).toFixed(1)} KiB`;
  report('memory per idle child, three pipes', figures, us / node, '<= 0.5');
}
