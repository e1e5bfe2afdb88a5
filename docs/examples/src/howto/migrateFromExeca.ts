import assert from 'node:assert/strict';

// #region run
import { CalledProcessError, run } from '@subwire/process';

try {
  const { stdout } = await run('sh', ['-c', 'echo v1.2.3'], { encoding: 'utf8', check: true });
  console.log([stdout.trimEnd()]);
  await run('sh', ['-c', 'echo "no such tag" >&2; exit 128'], { encoding: 'utf8', check: true });
} catch (error) {
  if (error instanceof CalledProcessError) {
    console.log(error.returncode, [error.stderr]);
  }
}
// #endregion run

// #region lines
import { createSubprocessExec, PIPE } from '@subwire/process';

const seen: string[] = [];
const build = await createSubprocessExec('printf', ['one\ntwo\n'], { stdout: PIPE });
for await (const line of build.stdout.lines({ encoding: 'utf8' })) {
  seen.push(line);
}
const returncode = await build.wait();
console.log(seen, returncode);
// #endregion lines
assert.deepEqual([seen, returncode], [['one', 'two'], 0]);

// #region timeout
import { TimeoutExpired } from '@subwire/process';

const controller = new AbortController();
try {
  await run('sleep', ['60'], { timeoutMs: 300, stopGraceMs: 1_000, signal: controller.signal });
} catch (error) {
  console.log(error instanceof TimeoutExpired, (error as TimeoutExpired).result?.signal);
}
// #endregion timeout
