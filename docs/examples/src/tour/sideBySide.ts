import { check } from '../check.js';
import { missingFileCode, run } from './shellOutput.js';

async function timed(command: string): Promise<readonly [lines: string[], seconds: number]> {
  const startedAt = performance.now();
  const lines = await run(command);
  return [lines, (performance.now() - startedAt) / 1_000];
}

export async function main(): Promise<void> {
  const startedAt = performance.now();
  // #region gather
  const both = await Promise.all([timed('ls /zzz'), timed('sleep 1; echo "hello"')]);
  // #endregion gather
  const total = (performance.now() - startedAt) / 1_000;

  const [[first, firstSeconds], [second, secondSeconds]] = both;
  console.log([...first, ...second].join('\n'));
  console.log(`total: ${total.toFixed(1)} s`);
  check(first[0] === `['ls /zzz' exited with ${missingFileCode}]`, 'the first command failed');
  check(second.join('|') === `['sleep 1; echo "hello"' exited with 0]|[stdout]|hello`, 'the second one said hello');
  check(total >= 1, 'together they took a second');
  // However slow the machine is, one after the other would take the sum.
  check(total < firstSeconds + secondSeconds, 'together they took no longer than the longer one');
}
