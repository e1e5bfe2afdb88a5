import assert from 'node:assert/strict';

// #region first
import { createSubprocessExec } from '@subwire/process';

const child = await createSubprocessExec('sleep', ['60']);
const report = await child.stop({ graceMs: 1_000 });
console.log(report);
// #endregion first
assert.deepEqual(report, { returncode: -15, escalated: false });

// #region using
async function withHelper(): Promise<number | null> {
  await using helper = await createSubprocessExec('sleep', ['60'], { stopGraceMs: 1_000 });
  return helper.pid;
}
const pid = await withHelper();
// #endregion using
assert.throws(() => process.kill(pid ?? 0, 0), { code: 'ESRCH' });

// #region polite
import { PIPE, TimeoutExpired } from '@subwire/process';

const server = await createSubprocessExec('sh', ['-c', 'cat > /dev/null; echo saved; exit 0'], {
  stdin: PIPE,
  stdout: PIPE,
});
server.stdin.close();
try {
  await server.wait({ timeoutMs: 2_000 });
} catch (error) {
  if (!(error instanceof TimeoutExpired)) {
    throw error;
  }
  await server.stop();
}
console.log(server.returncode, new TextDecoder().decode(await server.stdout.read()).trimEnd());
// #endregion polite
assert.equal(server.returncode, 0);

// #region group
import { createSubprocessShell } from '@subwire/process';

const command = await createSubprocessShell('sleep 60; echo never', { stdout: PIPE, startNewSession: true });
command.sendSignal('SIGTERM', 'group');
console.log(await command.wait(), 'bytes left:', (await command.stdout.read()).length);
// #endregion group
assert.equal(command.returncode, -15);

// #region late
const done = await createSubprocessExec('true');
await done.wait();
try {
  done.terminate();
} catch (error) {
  console.log((error as Error).name);
}
console.log(await done.stop());
// #endregion late
