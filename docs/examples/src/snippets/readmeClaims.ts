/** What the comparison in the README says about Subwire, as a program. */
import assert from 'node:assert/strict';
import { createSubprocessExec, createSubprocessShell, DEVNULL, PIPE, run, TimeoutExpired } from '@subwire/process';
import { SpawnError, subprocessExec, SubprocessProtocol } from '@subwire/transport';

// A directory that does not exist is named.
await assert.rejects(
  subprocessExec(() => new SubprocessProtocol(), 'date', [], { cwd: '/no/such/directory' }),
  (error: unknown) => error instanceof SpawnError && error.stage === 'cwd' && error.path === '/no/such/directory',
);

// A child that never reads its input harms nobody.
const lazy = await run('true', [], { input: new Uint8Array(8_000_000) });
assert.equal(lazy.returncode, 0);

// A descendant that holds the output does not hold up the end of the child.
const loop = '(while sleep 0.1; do echo still here; done) & exit 0';
const holder = await createSubprocessShell(loop, { stdout: PIPE, stderr: DEVNULL });
assert.equal(await holder.wait(), 0);
assert.equal(new TextDecoder().decode(await holder.stdout.readline()), 'still here\n');
await holder[Symbol.asyncDispose](); // closes our end, and the next echo ends the loop

// A timeout stays a timeout if the child traps SIGTERM and exits with 0.
await assert.rejects(
  run('sh', ['-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'], { timeoutMs: 300 }),
  (error: unknown) => error instanceof TimeoutExpired && error.result?.returncode === 0,
);

// A signal to the group reaches what a shell started.
const group = await createSubprocessShell('sleep 60; true', { stdout: PIPE, startNewSession: true });
group.sendSignal('SIGKILL', 'group');
assert.equal(await group.wait(), -9);
assert.equal((await group.stdout.read()).length, 0);

// `stop()` resolves when a child that ignores SIGTERM is gone.
const stubborn = await createSubprocessExec('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'], {
  stdout: PIPE,
});
await stubborn.stdout.readline();
assert.deepEqual(await stubborn.stop({ graceMs: 200 }), { returncode: -9, escalated: true });
await stubborn[Symbol.asyncDispose]();

// A line may not be longer than the limit.
const endless = await createSubprocessExec('head', ['-c', '1000000', '/dev/zero'], { stdout: PIPE, limit: 1_000 });
await assert.rejects(endless.stdout.readline(), { code: 'ERR_INVALID_VALUE' });
await endless[Symbol.asyncDispose]();

// An output is a web stream, if that is wanted.
const web = await createSubprocessExec('echo', ['hello'], { stdout: PIPE });
assert.equal(await new Response(web.stdout.toWeb()).text(), 'hello\n');
assert.equal(await web.wait(), 0);
