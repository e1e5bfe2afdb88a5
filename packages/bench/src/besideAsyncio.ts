/**
 * How many commands per second `run` makes of `/bin/true`, one after another, beside `create_subprocess_exec` and
 * `communicate` of the `python3` of this system: in a process that has done so for a while, and in a new one.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compareRates } from './compareRates.js';
import { measuredBy } from './measuringProgram.js';
import { rateOfRuns } from './rateOfRuns.js';
import type { Bar } from './report.js';

const ROUNDS = 11;
const PER_ROUND = 200;
const WARM_UP = 1_500;

const PYTHON = 'python3';
const PYTHON_SCRIPT = fileURLToPath(new URL('../native/asyncioRun.py', import.meta.url));
const OWN_SCRIPT = fileURLToPath(new URL('./runRate.js', import.meta.url));

async function compare(what: string, ours: () => Promise<number>, pythonWarmUp: number, bar: Bar): Promise<void> {
  const format = (perSecond: number): string => `${perSecond.toFixed(0)}/s`;
  await compareRates(
    { what, rounds: ROUNDS, format, bar },
    { name: 'ours', rate: ours },
    { name: 'asyncio', rate: () => measuredBy(PYTHON, [PYTHON_SCRIPT, PER_ROUND, pythonWarmUp]) },
  );
}

const version = spawnSync(PYTHON, ['--version'], { encoding: 'utf8' });
if (version.status === 0) {
  console.log(`beside ${version.stdout.trim()}`);
  await compare('run, new process', () => measuredBy(process.execPath, [OWN_SCRIPT, PER_ROUND]), 0, '-');
  await rateOfRuns(WARM_UP);
  await compare('run, one by one', () => rateOfRuns(PER_ROUND), PER_ROUND, '>= 1');
} else {
  console.log(`no comparison with asyncio: there is no ${PYTHON}`);
}
