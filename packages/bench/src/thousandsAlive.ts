/** 2,000 children spawned in one tick, alive at once, then killed at once: how long the loop stands still. */
import { spawn } from 'node:child_process';
import { CountingProtocol, longestTurn, ours } from './harness.js';
import { report } from './report.js';

const CHILDREN = 2_000;

interface Outcome {
  readonly longestMs: number;
  readonly spawnMs: number;
  readonly reapMs: number;
}

async function ourChildren(): Promise<Outcome> {
  let spawnMs = 0;
  let reapMs = 0;
  const longestMs = await longestTurn(async () => {
    const start = performance.now();
    const children = await Promise.all(
      Array.from({ length: CHILDREN }, () => ours(new CountingProtocol(), '/bin/cat')),
    );
    spawnMs = performance.now() - start;
    const end = performance.now();
    for (const [transport] of children) {
      transport.kill();
    }
    await Promise.all(children.map(([, protocol]) => protocol.ended));
    reapMs = performance.now() - end;
  });
  return { longestMs, spawnMs, reapMs };
}

async function nodeChildren(): Promise<Outcome> {
  let spawnMs = 0;
  let reapMs = 0;
  const longestMs = await longestTurn(async () => {
    const start = performance.now();
    const children = Array.from({ length: CHILDREN }, () => spawn('/bin/cat'));
    const closed = children.map(
      (child) =>
        new Promise((resolve) => {
          child.stdout.resume();
          child.stderr.resume();
          child.on('close', resolve);
        }),
    );
    await Promise.all(children.map((child) => new Promise((resolve) => child.on('spawn', resolve))));
    spawnMs = performance.now() - start;
    const end = performance.now();
    for (const child of children) {
      child.kill('SIGKILL');
    }
    await Promise.all(closed);
    reapMs = performance.now() - end;
  });
  return { longestMs, spawnMs, reapMs };
}

const us = await ourChildren();
const node = await nodeChildren();
const both = (name: keyof Outcome): string => `${us[name].toFixed(0)} ms, node ${node[name].toFixed(0)} ms`;
report('2,000 in one tick: longest turn of the loop', both('longestMs'), us.longestMs / node.longestMs, '<= 0.05');
report('2,000 in one tick: all spawned', both('spawnMs'), us.spawnMs / node.spawnMs, '-');
report('2,000 killed and reaped', both('reapMs'), us.reapMs / node.reapMs, '< 1');
