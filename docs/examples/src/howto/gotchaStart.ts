import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSubprocessExec, run, STDOUT } from '@subwire/process';
import { SpawnError } from '@subwire/transport';

const folder = await mkdtemp(path.join(tmpdir(), 'subwire-'));
const script = path.join(folder, 'hello');
await writeFile(script, 'echo hello from $0\n');
await chmod(script, 0o755);

async function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'started',
    (error: unknown) => (error instanceof SpawnError ? `${error.code} at ${error.stage}` : String(error)),
  );
}

// #region path
const env = { PATH: `${folder}:.` };
console.log('the PATH of the child:', await failure(createSubprocessExec('hello', [], { env })));
console.log('a relative entry:', await failure(createSubprocessExec('hello', [], { env: { PATH: '.' }, cwd: folder })));
console.log('with a slash:', await failure(createSubprocessExec('./hello', [], { cwd: folder })));
console.log('by its shell:', (await run('sh', ['./hello'], { cwd: folder, encoding: 'utf8' })).stdout.trimEnd());
// #endregion path

// #region env
const alone = await run('env', [], { env: { GREETING: 'hello' }, encoding: 'utf8' });
console.log([alone.stdout]);
const added = await run('env', [], { env: { ...process.env, GREETING: 'hello' }, encoding: 'utf8' });
console.log(added.stdout.split('\n').length > 2);
// #endregion env
assert.equal(alone.stdout, 'GREETING=hello\n');

// #region together
const show = ['-c', 'echo out; echo err >&2'];
const two = await run('sh', show, { encoding: 'utf8' });
const one = await run('sh', show, { encoding: 'utf8', stderr: STDOUT });
console.log([two.stdout, two.stderr], [one.stdout, one.stderr]);
// #endregion together
assert.deepEqual([one.stdout, one.stderr], ['out\nerr\n', null]);

// #region realtime
const named = await run('sh', ['-c', 'kill -TERM $$']);
const unnamed = await run('sh', ['-c', 'kill -40 $$']);
console.log(named.returncode, named.signal, 'and', unnamed.returncode, unnamed.signal);
// #endregion realtime
assert.equal(named.returncode, -15);
await rm(folder, { recursive: true });
