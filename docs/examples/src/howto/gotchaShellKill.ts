import assert from 'node:assert/strict';
import { createSubprocessShell, PIPE } from '@subwire/process';

// #region program
const startedAt = performance.now();
const alone = await createSubprocessShell('sleep 1 & echo ready; wait; echo never', { stdout: PIPE });
await alone.stdout.readline();
alone.kill();
console.log('the shell:', await alone.wait());
await alone.stdout.read(); // until the sleep is over: it holds the pipe
console.log('its sleep lived on:', performance.now() - startedAt > 900);

const group = await createSubprocessShell('sleep 60; echo never', { stdout: PIPE, startNewSession: true });
group.sendSignal('SIGKILL', 'group');
await group.stdout.read();
console.log('the group:', await group.wait());
// #endregion program
assert.equal(group.returncode, -9);
assert.ok(performance.now() - startedAt < 10_000);
