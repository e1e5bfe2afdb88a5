/**
 * Lines per second: `Process.stdout` against `node:readline`, on the same child, in turns within one run.
 *
 * What is compared is a loop over the lines as text, which is what `readline` gives.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PIPE, createSubprocessExec } from '@subwire/process';

const LINES = 1_000_000;
const ROUNDS = 7;

/** Prints a million lines of 40 bytes, and costs next to nothing. */
const ARGS = ['-c', `yes abcdefghijklmnopqrstuvwxyz0123456789abc | head -n ${LINES}`];

/** Ways to go through the lines of a child; each returns how many there were. */
const WAYS: Readonly<Record<string, () => Promise<number>>> = {
  async 'node:readline'() {
    const child = spawn('/bin/sh', ARGS, { stdio: ['ignore', 'pipe', 'inherit'] });
    let count = 0;
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      count += line.length > 0 ? 1 : 0;
    }
    return count;
  },
  async 'lines({ encoding })'() {
    await using proc = await createSubprocessExec('/bin/sh', ARGS, { stdout: PIPE });
    let count = 0;
    for await (const line of proc.stdout.lines({ encoding: 'utf8' })) {
      count += line.length > 0 ? 1 : 0;
    }
    return count;
  },
  async 'lines()'() {
    await using proc = await createSubprocessExec('/bin/sh', ARGS, { stdout: PIPE });
    let count = 0;
    for await (const line of proc.stdout.lines()) {
      count += line.length > 0 ? 1 : 0;
    }
    return count;
  },
  async 'for await (reader)'() {
    await using proc = await createSubprocessExec('/bin/sh', ARGS, { stdout: PIPE });
    let count = 0;
    for await (const line of proc.stdout) {
      count += line.length > 0 ? 1 : 0;
    }
    return count;
  },
};

async function main(): Promise<void> {
  const seconds = new Map<string, number[]>(Object.keys(WAYS).map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [way, go] of Object.entries(WAYS)) {
      const startedAt = performance.now();
      const count = await go();
      if (count !== LINES) {
        throw new Error(`${way} saw ${count} lines of ${LINES}`);
      }
      seconds.get(way)?.push((performance.now() - startedAt) / 1_000);
    }
  }
  const baseline = median(seconds.get('node:readline') ?? []);
  for (const [way, times] of seconds) {
    const time = median(times);
    console.log(
      `${way.padEnd(22)} ${Math.round(LINES / time).toLocaleString('en')} lines/s, ${(baseline / time).toFixed(2)} ×`,
    );
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

await main();
