import { check } from '../check.js';
import { missingFileCode, run } from './shellOutput.js';

export async function main(): Promise<void> {
  const startedAt = performance.now();
  // #region gather
  const both = await Promise.all([run('ls /zzz'), run('sleep 1; echo "hello"')]);
  // #endregion gather
  const seconds = (performance.now() - startedAt) / 1_000;

  console.log(both.flat().join('\n'));
  console.log(`total: ${seconds.toFixed(1)} s`);
  const [first, second] = both;
  check(first[0] === `['ls /zzz' exited with ${missingFileCode}]`, 'the first command failed');
  check(second.join('|') === `['sleep 1; echo "hello"' exited with 0]|[stdout]|hello`, 'the second one said hello');
  check(seconds >= 1 && seconds < 1.9, 'together they took about a second');
}
