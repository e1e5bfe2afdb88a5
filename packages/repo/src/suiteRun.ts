/**
 * The test suite in a Node that is not ours, with its outcome in one line.
 *
 * 1. The folder of the binary comes first in `PATH`: what a test starts by the name `node` is the same version.
 * 2. Two workers, because most of a run is waiting for children.
 * 3. An ending by a signal is told by its name: a crash of the runtime is what this run looks for.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { NodeRun } from './nodeVersions.js';

/** What a run came to. */
export interface SuiteOutcome {
  readonly passed: boolean;
  /** `3807 passed, 0 failed`; after a failure also how the run ended. */
  readonly summary: string;
  /** All that was printed. */
  readonly output: string;
}

/** `all` leaves out `repo`, which checks files of the repository. */
const PROJECTS: Readonly<Record<NodeRun['tests'], readonly string[]>> = {
  smoke: ['transport', 'posix', 'compliance'],
  all: ['transport', 'process', 'posix', 'testing', 'compliance', 'examples'],
};

const JEST = ['node_modules/jest/bin/jest.js', '--maxWorkers=2', '--selectProjects'];

const TIMEOUT_MS = 900_000;

/** Runs the suite, as it is built, in the repository at `root`. */
export function runSuite(binary: string, root: string, tests: NodeRun['tests']): Promise<SuiteOutcome> {
  const search = `${path.dirname(binary)}${path.delimiter}${process.env['PATH'] ?? ''}`;
  const child = spawn(binary, [...JEST, ...PROJECTS[tests]], {
    cwd: root,
    env: { ...process.env, PATH: search },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const counts = output.match(/^\d+ passed, \d+ failed(, \d+ skipped)?$/gm)?.at(-1);
      const passed = code === 0 && counts !== undefined;
      const summary = counts ?? 'no closing line';
      resolve({ passed, summary: passed ? summary : `FAILED, ${summary}, ${signal ?? `exit code ${code}`}`, output });
    });
  });
}
