/**
 * Commands per second: `run` on the node backend beside `execFile`, on the same `node:child_process`.
 *
 * The contenders take turns in blocks, and `execFile` comes twice in each round: the ratio of its two is the control, which
 * tells how far ratios stray that ought to be 1.
 */
import { execFile } from 'node:child_process';
import { run } from '@subwire/process';
import { median } from './harness.js';
import { report } from './report.js';

const ROUNDS = 40;
const PER_BLOCK = 40;

/** Commands of each before anything counts: the engine takes so many to compile what runs for every child. */
const WARM_UP = 2_500;

const KINDS = [
  { what: 'run, one by one', program: '/bin/true', atOnce: 1 },
  { what: 'run by name, one by one', program: 'true', atOnce: 1 },
  { what: 'run, 20 at a time', program: '/bin/true', atOnce: 20 },
] as const;

type Way = (program: string) => Promise<unknown>;

const ours: Way = (program) => run(program);

const node: Way = (program) =>
  new Promise((resolve, reject) => {
    execFile(program, { encoding: 'buffer' }, (error, stdout, stderr) => {
      if (error instanceof Error) {
        reject(error);
      } else {
        resolve([stdout, stderr]);
      }
    });
  });

async function rate(way: Way, program: string, count: number, atOnce: number): Promise<number> {
  const start = performance.now();
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await way(program);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (count / (performance.now() - start)) * 1_000;
}

for (const way of [node, ours]) {
  await rate(way, '/bin/true', WARM_UP, 1);
}
for (const { what, program, atOnce } of KINDS) {
  const count = PER_BLOCK * (atOnce > 1 ? 2 : 1);
  const rounds: (readonly [ours: number, node: number, again: number])[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const first = await rate(node, program, count, atOnce);
    const middle = await rate(ours, program, count, atOnce);
    rounds.push([middle, first, await rate(node, program, count, atOnce)]);
  }
  // The first one only warms up.
  const counted = rounds.slice(1);
  const perSecond = (index: 0 | 1 | 2): string => `${median(counted.map((rates) => rates[index])).toFixed(0)}/s`;
  const beside = counted.map(([middle, first, again]) => middle / ((first + again) / 2));
  report(what, `ours ${perSecond(0)}, execFile ${perSecond(1)}`, median(beside), '>= 0.95');
  const control = counted.map(([, first, again]) => again / first);
  report(`${what}: control`, `execFile ${perSecond(2)}, execFile ${perSecond(1)}`, median(control), '-');
}
