import assert from 'node:assert/strict';

// #region first
import { runMany } from '@subwire/process';

const hosts = ['alpha', 'beta', 'gamma'];
const results = await runMany(
  hosts.map((host) => ({ program: 'echo', args: ['checked', host] })),
  { concurrency: 2, defaults: { encoding: 'utf8' } },
);
for (const result of results) {
  console.log(result.stdout.trimEnd(), 'return code', result.returncode);
}
// #endregion first
assert.deepEqual(
  results.map((result) => result.args[1]),
  hosts,
);

// #region defaults
const [greeting, count] = await runMany(
  [{ shell: 'echo "$GREETING"' }, { program: 'grep', args: ['-c', 'x'], options: { input: 'y\n', check: false } }],
  { defaults: { encoding: 'utf8', timeoutMs: 10_000, env: { ...process.env, GREETING: 'hello' } } },
);
console.log([greeting?.stdout, count?.stdout], 'return code', count?.returncode);
// #endregion defaults
assert.deepEqual([greeting?.stdout, count?.stdout, count?.returncode], ['hello\n', '0\n', 1]);

// #region settled
const settled = await runMany([{ program: 'true' }, { program: 'false' }, { shell: 'exit 3' }], { stopOnError: false });
for (const outcome of settled) {
  console.log(outcome.status, outcome.status === 'rejected' ? (outcome.reason as Error).message : '');
}
// #endregion settled
assert.deepEqual(
  settled.map((outcome) => outcome.status),
  ['fulfilled', 'rejected', 'rejected'],
);

// #region stop
const startedAt = performance.now();
const failure: unknown = await runMany([{ program: 'sleep', args: ['60'] }, { program: 'false' }]).catch(
  (error: unknown) => error,
);
console.log((failure as Error).message, performance.now() - startedAt < 5_000);
// #endregion stop
assert.ok(performance.now() - startedAt < 5_000);

// #region progress
import type { RunProgress } from '@subwire/process';

const states: RunProgress[] = [];
await runMany(
  hosts.map((host) => ({ shell: 'echo "$HOST"; sleep 0.05', options: { env: { ...process.env, HOST: host } } })),
  {
    onProgress: (progress) => {
      states.push(progress);
    },
  },
);
console.log(states.at(-1));
// #endregion progress
assert.deepEqual(states.at(-1), { total: 3, running: 0, done: 3, failed: 0, bytes: 17 });

// #region abort
const aborted: unknown = await runMany(
  hosts.map(() => ({ program: 'sleep', args: ['60'] })),
  { signal: AbortSignal.timeout(200) },
).catch((error: unknown) => error);
console.log((aborted as Error).name);
// #endregion abort
assert.equal((aborted as Error).name, 'TimeoutError');
