/** Runs the benchmarks that are named, or all, each in a process of its own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ALL = [
  'spawnBlocking',
  'spawnRate',
  'besideAsyncio',
  'blockedPool',
  'nodeRun',
  'thousandsAlive',
  'throughputOut',
  'throughputIn',
  'roundTrip',
  'idleMemory',
  'lines',
  'separators',
  'callbackContext',
];

const wanted = process.argv.length > 2 ? process.argv.slice(2) : ALL;
for (const name of wanted) {
  if (!ALL.includes(name)) {
    console.error(`no such benchmark: ${name}; there are ${ALL.join(', ')}`);
    process.exit(2);
  }
  const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--expose-gc', file], { stdio: 'inherit' });
  if (status !== 0) {
    process.exit(1);
  }
}
