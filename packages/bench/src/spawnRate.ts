/**
 * How many children per second are spawned, captured and reaped, one after another and 50 at a time: beside
 * `node:child_process`, beside a loop in C, and beside Bun.
 */
import { fileURLToPath } from 'node:url';
import { bunBinary } from './bunBinary.js';
import { compileCeiling } from './ceiling.js';
import { compareRates, type Contender } from './compareRates.js';
import { captureNode, captureOurs } from './harness.js';
import { measuredBy } from './measuringProgram.js';
import type { Bar } from './report.js';

const ROUNDS = 7;
/** Children per round, one after another and 50 at a time. */
const FEW = 200;
const MANY = 500;

/** Children of each before anything counts: the engine takes so many to compile what runs for every child. */
const WARM_UP = 1_500;

const BUN_SCRIPT = fileURLToPath(new URL('../native/bunSpawn.js', import.meta.url));

async function rate(capture: (program: string) => Promise<unknown>, count: number, atOnce: number): Promise<number> {
  const start = performance.now();
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await capture('/bin/true');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (count / (performance.now() - start)) * 1_000;
}

async function compare(count: number, atOnce: number, other: Contender, bar: Bar): Promise<void> {
  const what = `spawn + capture + reap, ${atOnce} at a time`;
  const format = (perSecond: number): string => `${perSecond.toFixed(0)}/s`;
  const ours = { name: 'ours', rate: () => rate(captureOurs, count, atOnce) };
  await compareRates({ what, rounds: ROUNDS, format, bar }, ours, other);
}

await rate(captureOurs, WARM_UP, 1);
await rate(captureNode, WARM_UP, 1);
await compare(FEW, 1, { name: 'node', rate: () => rate(captureNode, FEW, 1) }, '>= 1.8');
await compare(MANY, 50, { name: 'node', rate: () => rate(captureNode, MANY, 50) }, '>= 2.2');
const ceiling = await compileCeiling();
if (ceiling !== null) {
  await compare(FEW, 1, { name: 'C', rate: () => ceiling('spawn', FEW) }, '-');
  await compare(FEW, 1, { name: 'C, by a thread', rate: () => ceiling('spawn-by-thread', FEW) }, '>= 0.9');
}
const bun = await bunBinary();
if (bun !== null) {
  await compare(MANY, 50, { name: 'Bun', rate: () => measuredBy(bun, [BUN_SCRIPT, MANY, 50]) }, '>= 1');
}
