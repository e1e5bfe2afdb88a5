/**
 * How long a spawn keeps the loop from everything else: the call itself, and the turns of the loop that follow.
 *
 * The contenders take turns in blocks. Node's `fork` leaves every page of this process write-protected, and whoever writes
 * to a page next pays for that. Were the two to alternate one by one, we would pay for each fork of Node's. In a block only
 * its first spawns do, which does not move its median.
 */
import { spawn } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CountingProtocol, inTurns, longestTurn, median, ours } from './harness.js';
import { report, type Bar } from './report.js';

const BLOCKS = 6;
const BLOCK_SAMPLES = 25;
const GIB = 2 ** 30;

/** How long the call keeps its caller. */
async function callTime(start: () => Promise<unknown>): Promise<number> {
  await nextTurn();
  const before = performance.now();
  const child = start();
  const call = performance.now() - before;
  await child;
  return call;
}

const startOurs = async (): Promise<void> => {
  const [, protocol] = await ours(new CountingProtocol(), '/bin/true');
  await protocol.ended;
};
const startNode = (): Promise<void> =>
  new Promise((resolve) => {
    const child = spawn('/bin/true');
    child.stdout.resume();
    child.stderr.resume();
    child.on('close', () => {
      resolve();
    });
  });

type Measure = (start: () => Promise<unknown>) => Promise<number>;

/** Measures a contender several times in a row. */
async function block(measureOne: Measure, start: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let sample = 0; sample < BLOCK_SAMPLES; sample += 1) {
    times.push(await measureOne(start));
  }
  return median(times);
}

/** Reports both times, and returns how long our own call takes, in microseconds. */
async function measure(name: string, bar: Bar): Promise<number> {
  const figures: number[] = [];
  for (const [what, measureOne] of [
    ['the call', callTime],
    ['longest turn', longestTurn],
  ] as const) {
    const [us, node] = await inTurns(
      BLOCKS,
      () => block(measureOne, startOurs),
      () => block(measureOne, startNode),
    );
    const [mine, theirs] = [median(us) * 1_000, median(node) * 1_000];
    report(`${name}: ${what}`, `${mine.toFixed(0)} µs, node ${theirs.toFixed(0)} µs`, mine / theirs, bar);
    figures.push(mine);
  }
  return figures[0] ?? Number.NaN;
}

await measure('warm-up', '-');
const small = await measure('45 MB parent', '<= 0.125');
const memory: Uint8Array[] = [];
for (let gib = 0; gib < 2; gib += 1) {
  memory.push(new Uint8Array(GIB).fill(1));
}
const large = await measure('2 GiB parent', '<= 0.005');
report('our own call, 2 GiB to 45 MB', `${memory.length} GiB`, large / small, '<= 1.5');
