/** Resident memory of this process per idle child with three pipes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { CountingProtocol, ours, report } from './harness.js';

const CHILDREN = 1_000;
/** So that the heap has grown to what a round needs before the round that counts. */
const WARM_UPS = 2;

async function settledMemory(): Promise<number> {
  for (let turn = 0; turn < 4; turn += 1) {
    globalThis.gc?.();
    await delay(50);
  }
  return process.memoryUsage.rss();
}

/** Returns bytes per child. */
async function roundOfOurs(): Promise<number> {
  const before = await settledMemory();
  const children = await Promise.all(Array.from({ length: CHILDREN }, () => ours(new CountingProtocol(), '/bin/cat')));
  const after = await settledMemory();
  for (const [transport] of children) {
    transport.close();
  }
  await Promise.all(children.map(([, protocol]) => protocol.ended));
  return (after - before) / CHILDREN;
}

async function roundOfNode(): Promise<number> {
  const before = await settledMemory();
  const children: ChildProcess[] = [];
  for (let index = 0; index < CHILDREN; index += 1) {
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
  return (after - before) / CHILDREN;
}

async function lastOf(round: () => Promise<number>): Promise<number> {
  for (let warmUp = 0; warmUp < WARM_UPS; warmUp += 1) {
    await round();
  }
  return await round();
}

const contender = process.argv[2];
const us = contender === 'node' ? 0 : await lastOf(roundOfOurs);
const node = contender === 'ours' ? 0 : await lastOf(roundOfNode);
const figures = `${(us / 1_024).toFixed(1)} KiB, node ${(node / 1_024).toFixed(1)} KiB`;
report('memory per idle child, three pipes', figures, us / node, '<= 0.5');
