/** How many children per second are spawned, captured and reaped, one after another and 50 at a time. */
import { captureNode, captureOurs, inTurns, median, report } from './harness.js';

const ROUNDS = 7;

async function rate(capture: () => Promise<unknown>, count: number, atOnce: number): Promise<number> {
  const start = performance.now();
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await capture();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (count / (performance.now() - start)) * 1_000;
}

const oursOnce = (): Promise<unknown> => captureOurs('/bin/true');
const nodeOnce = (): Promise<unknown> => captureNode('/bin/true');
await rate(oursOnce, 200, 10);
await rate(nodeOnce, 200, 10);
for (const [atOnce, count, bar] of [
  [1, 200, '>= 1.8'],
  [50, 500, '>= 2.2'],
] as const) {
  const [us, node] = await inTurns(
    ROUNDS,
    () => rate(oursOnce, count, atOnce),
    () => rate(nodeOnce, count, atOnce),
  );
  const ratios = us.map((one, index) => one / (node[index] ?? 1));
  report(
    `spawn + capture + reap, ${atOnce} at a time`,
    `${median(us).toFixed(0)}/s, node ${median(node).toFixed(0)}/s`,
    median(ratios),
    bar,
  );
}
