/** How long a spawn keeps the loop from everything else: the call itself, and the turns of the loop that follow. */
import { spawn } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CountingProtocol, median, ours, quantile, report } from './harness.js';

const SAMPLES = 150;
const GIB = 2 ** 30;

/** Longest time in which the loop did not come round, until the child ended. */
async function longestTurn(start: () => Promise<unknown>): Promise<number> {
  await nextTurn();
  let ended = false;
  let last = performance.now();
  let longest = 0;
  const child = start().finally(() => {
    ended = true;
  });
  const spawned = performance.now() - last;
  while (!(ended as boolean)) {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    await nextTurn();
  }
  await child;
  return Math.max(longest, spawned);
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

async function measure(name: string, bar: string): Promise<number> {
  const us: number[] = [];
  const node: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    us.push(await longestTurn(startOurs));
    node.push(await longestTurn(startNode));
  }
  const figures = `${(median(us) * 1_000).toFixed(0)} µs, node ${(median(node) * 1_000).toFixed(0)} µs`;
  report(`loop blocked by a spawn, ${name}`, figures, median(us) / median(node), bar);
  console.log(
    `  p90: ${(quantile(us, 0.9) * 1_000).toFixed(0)} µs, node ${(quantile(node, 0.9) * 1_000).toFixed(0)} µs`,
  );
  return median(us);
}

await measure('warm-up', '-');
const small = await measure('45 MB parent', '<= 0.125');
const memory: Uint8Array[] = [];
for (let gib = 0; gib < 2; gib += 1) {
  memory.push(new Uint8Array(GIB).fill(1));
}
const large = await measure('2 GiB parent', '<= 0.005');
report('our own, 2 GiB to 45 MB', `${memory.length} GiB`, large / small, '<= 1.5');
