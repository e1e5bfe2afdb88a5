import assert from 'node:assert/strict';

// #region capability
import { isSupported, posixBackend } from '@subwire/posix';
import { createSubprocessExec } from '@subwire/process';
import { nodeBackend, type BackendCapabilities, type SubprocessBackend } from '@subwire/transport';

const backends = isSupported().ok ? [posixBackend, nodeBackend] : [nodeBackend];

function backendWith(what: string, has: (supports: BackendCapabilities) => boolean): SubprocessBackend {
  const found = backends.find(({ supports }) => has(supports));
  if (found === undefined) {
    throw new Error(`no backend here has ${what}`);
  }
  return found;
}

const forGroups = backendWith('group signals', ({ signalScopes }) => signalScopes.includes('group'));
const forUsers = backendWith('identity', ({ identity }) => identity); // for `user` and `group`

const [sleeper, other] = await Promise.all([
  createSubprocessExec('sleep', ['60'], { backend: forGroups }),
  createSubprocessExec('true', [], { backend: forUsers }),
]);
sleeper.terminate();
console.log(await Promise.all([sleeper.wait(), other.wait()]));
// #endregion capability

assert.deepEqual([sleeper.returncode, other.returncode], [-15, 0]);
assert.equal(forUsers, nodeBackend);
assert.equal(forGroups, backends[0]);
assert.throws(() => backendWith('loss', ({ loss }) => loss));
