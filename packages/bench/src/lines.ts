/**
 * Lines per second: `Process.stdout` against `node:readline`, on the same child, in turns within one run.
 *
 * 1. The ways take turns, and each round begins with another one, so that whatever else the machine does hits all alike.
 * 2. The ratio is the median of the ratios within one round. The first round only warms up.
 * 3. What counts is the loop over text, which is what `readline` gives; the loops over bytes are there to be compared.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { PIPE, createSubprocessExec, type Process, type StreamReader } from '@subwire/process';
import { median } from './harness.js';
import { report } from './report.js';

const LINES = 1_000_000;
const ROUNDS = 11;
const READ_BYTES = 262_144;

const LINE = 'abcdefghijklmnopqrstuvwxyz0123456789abc\n';

/** The child prints a file: anything that makes its lines anew is slower than what reads them here. */
const folder = await mkdtemp(path.join(tmpdir(), 'subwire-'));
const ARGS = [path.join(folder, 'lines')] as const;

const BASELINE = 'node:readline, for await';

/** Ways to go through the lines of a child; each returns how many there were. */
const WAYS: Readonly<Record<string, () => Promise<number>>> = {
  async [BASELINE]() {
    let count = 0;
    for await (const line of interfaceOf(startNode())) {
      count += line.length > 0 ? 1 : 0;
    }
    return count;
  },
  "node:readline, on('line')": () =>
    new Promise((resolve) => {
      let count = 0;
      interfaceOf(startNode())
        .on('line', (line) => {
          count += line.length > 0 ? 1 : 0;
        })
        .on('close', () => {
          resolve(count);
        });
    }),
  async 'lineBatches({ encoding })'() {
    await using child = await start();
    let count = 0;
    for await (const lines of child.stdout.lineBatches({ encoding: 'utf8' })) {
      for (const line of lines) {
        count += line.length > 0 ? 1 : 0;
      }
    }
    return count;
  },
  async 'lines({ encoding })'() {
    await using child = await start();
    return await countLines(child.stdout.lines({ encoding: 'utf8' }));
  },
  async 'read(), no lines'() {
    await using child = await start();
    let bytes = 0;
    for (let chunk = await child.stdout.read(READ_BYTES); chunk.length > 0;) {
      bytes += chunk.length;
      chunk = await child.stdout.read(READ_BYTES);
    }
    return bytes / LINE.length;
  },
  async 'lines(), bytes'() {
    await using child = await start();
    return await countLines(child.stdout.lines());
  },
  async 'for await (reader), bytes'() {
    await using child = await start();
    return await countLines(child.stdout);
  },
};

function startNode(): ChildProcessByStdio<null, Readable, null> {
  return spawn('cat', ARGS, { stdio: ['ignore', 'pipe', 'inherit'] });
}

function interfaceOf(child: ChildProcessByStdio<null, Readable, null>): Interface {
  return createInterface({ input: child.stdout, crlfDelay: Infinity });
}

function start(): Promise<Process<null, StreamReader, null>> {
  return createSubprocessExec('cat', ARGS, { stdout: PIPE });
}

async function countLines(lines: AsyncIterable<{ readonly length: number }>): Promise<number> {
  let count = 0;
  for await (const line of lines) {
    count += line.length > 0 ? 1 : 0;
  }
  return count;
}

/** Seconds that each way takes, in turns, the first of them changing. */
async function round(turn: number): Promise<ReadonlyMap<string, number>> {
  const ways = Object.entries(WAYS);
  const first = turn % ways.length;
  const seconds = new Map<string, number>();
  for (const [way, go] of [...ways.slice(first), ...ways.slice(0, first)]) {
    const startedAt = performance.now();
    const count = await go();
    seconds.set(way, (performance.now() - startedAt) / 1_000);
    if (count !== LINES) {
      throw new Error(`${way} saw ${count} lines of ${LINES}`);
    }
  }
  return seconds;
}

async function main(): Promise<void> {
  await writeFile(ARGS[0], LINE.repeat(LINES));
  const rounds: ReadonlyMap<string, number>[] = [];
  for (let turn = 0; turn <= ROUNDS; turn += 1) {
    rounds.push(await round(turn));
  }
  const measured = rounds.slice(1);
  for (const way of Object.keys(WAYS)) {
    const times = measured.map((seconds) => seconds.get(way) ?? Number.NaN);
    const ratios = measured.map((seconds) => (seconds.get(BASELINE) ?? Number.NaN) / (seconds.get(way) ?? Number.NaN));
    const perSecond = `${(LINES / median(times) / 1e6).toFixed(1)} million lines/s`;
    report(way, perSecond, median(ratios), way.startsWith('lineBatches') ? '>= 3' : '-');
  }
}

try {
  await main();
} finally {
  await rm(folder, { recursive: true });
}
