/**
 * Replaces the timers of the host as a test runner or a DOM does, before or after the import, and runs children.
 *
 * Arguments: `held` (nothing is ever called back, time stands still) or `numbers` (timers are numbers, as in a browser);
 * `before` or `after` the import. Prints a line for each backend.
 */
import assert from 'node:assert/strict';
import console from 'node:console';
import process from 'node:process';

const [kind, when] = process.argv.slice(2);

function replace() {
  const names = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];
  if (kind === 'held') {
    for (const name of names) {
      globalThis[name] = () => ({});
    }
    globalThis.performance = { now: () => 0 };
    globalThis.Date = class extends Date {
      static now = () => 0;
    };
  } else {
    const timers = new Map();
    for (const name of ['Timeout', 'Interval', 'Immediate']) {
      const [set, clear] = [globalThis[`set${name}`], globalThis[`clear${name}`]];
      globalThis[`set${name}`] = (...args) => {
        timers.set(timers.size + 1, set(...args));
        return timers.size;
      };
      globalThis[`clear${name}`] = (number) => {
        clear(timers.get(number));
      };
    }
    Object.assign(globalThis, { window: globalThis, self: globalThis, document: {} });
  }
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
    globalThis[name] = kind === 'held' ? () => undefined : globalThis[name];
  }
}

if (when === 'before') {
  replace();
}
const { createSubprocessExec, PIPE, run } = await import('@subwire/process');
const { nodeBackend } = await import('@subwire/transport');
const { posixBackend, isSupported } = await import('@subwire/posix');
if (when === 'after') {
  replace();
}

for (const backend of [nodeBackend, ...(isSupported().ok ? [posixBackend] : [])]) {
  const options = { backend, encoding: 'utf8' };
  const copied = await run('cat', [], { ...options, input: ['one', 'two'] });
  assert.equal(copied.stdout, 'onetwo');
  const large = await run('cat', [], { ...options, input: 'x'.repeat(2_000_000) });
  assert.equal(large.stdout.length, 2_000_000);
  await assert.rejects(run('sleep', ['60'], { ...options, timeoutMs: 50 }), { name: 'TimeoutExpired' });
  const held = await run('sh', ['-c', 'sleep 60 & echo mine'], { ...options, drainGraceMs: 50, startNewSession: true });
  assert.deepEqual([held.stdout, held.heldPipes], ['mine\n', [1, 2]]);

  const stubborn = await createSubprocessExec('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'], {
    backend,
    stdin: PIPE,
    stdout: PIPE,
  });
  await stubborn.stdout.readline();
  const { returncode } = await stubborn.stop({ graceMs: 50 });
  assert.equal(returncode, -9);

  const cat = await createSubprocessExec('cat', [], { backend, stdin: PIPE, stdout: PIPE });
  cat.stdin.write('a');
  await cat.stdin.drain();
  cat.stdin.close();
  await cat.stdin.drain();
  await cat.stdin.waitClosed();
  assert.equal((await cat.stdout.read()).length, 1);
  assert.equal(await cat.wait({ timeoutMs: 5_000 }), 0);
  console.log(`${backend.name}: as ever`);
}
