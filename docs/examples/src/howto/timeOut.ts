import assert from 'node:assert/strict';

// #region first
import { run, TimeoutExpired } from '@subwire/process';

try {
  await run('sh', ['-c', 'echo started; exec sleep 60'], { encoding: 'utf8', timeoutMs: 300 });
} catch (error) {
  if (!(error instanceof TimeoutExpired)) {
    throw error;
  }
  console.log('too slow; so far:', [error.stdout], 'ended by', error.result?.signal);
}
// #endregion first

// #region stubborn
const stubborn = ['-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'];
const outcome = await run('sh', stubborn, { timeoutMs: 300 }).catch((error: unknown) => error);
console.log(outcome instanceof TimeoutExpired, outcome instanceof TimeoutExpired && outcome.result?.returncode);
// #endregion stubborn
assert.ok(outcome instanceof TimeoutExpired && outcome.result?.returncode === 0);

// #region abort
const controller = new AbortController();
setTimeout(() => {
  controller.abort(new Error('the user closed the window'));
}, 100);
const reason: unknown = await run('sleep', ['60'], { signal: controller.signal }).catch((error: unknown) => error);
console.log(String(reason));
// #endregion abort
assert.equal(reason, controller.signal.reason);

// #region wait
import { createSubprocessExec } from '@subwire/process';

const child = await createSubprocessExec('sleep', ['60']);
try {
  await child.wait({ timeoutMs: 100 });
} catch (error) {
  console.log((error as Error).name, 'and the return code is still', child.returncode);
}
const report = await child.stop();
console.log(report);
// #endregion wait
assert.deepEqual(report, { returncode: -15, escalated: false });

// #region communicate
import { PIPE } from '@subwire/process';

const slow = await createSubprocessExec('sh', ['-c', 'echo one; sleep 0.5; echo two'], { stdout: PIPE });
try {
  await slow.communicate(null, { timeoutMs: 200 });
} catch (error) {
  if (error instanceof TimeoutExpired && error.stdout instanceof Uint8Array) {
    console.log('so far:', [new TextDecoder().decode(error.stdout)]);
  }
}
const [all] = await slow.communicate();
console.log('in the end:', [new TextDecoder().decode(all)]);
// #endregion communicate
assert.equal(new TextDecoder().decode(all), 'one\ntwo\n');

// #region read
const silent = await createSubprocessExec('sh', ['-c', 'sleep 0.4; echo at last'], { stdout: PIPE });
let line: Uint8Array | null = null;
while (line === null) {
  try {
    line = await silent.stdout.readline({ signal: AbortSignal.timeout(250) });
  } catch (error) {
    console.log('nothing yet:', (error as Error).name);
  }
}
console.log(new TextDecoder().decode(line).trimEnd(), await silent.wait());
// #endregion read
assert.equal(new TextDecoder().decode(line), 'at last\n');
