import assert from 'node:assert/strict';

// #region capability
import { isSupported, posixBackend } from '@subwire/posix';
import { createSubprocessExec } from '@subwire/process';
import { nodeBackend, type BackendCapabilities, type SubprocessBackend } from '@subwire/transport';

const backends = isSupported().ok ? [posixBackend, nodeBackend] : [nodeBackend];

function backendWith(capability: keyof BackendCapabilities): SubprocessBackend {
  const found = backends.find(({ supports }) => supports[capability]);
  if (found === undefined) {
    throw new Error(`no backend here has ${capability}`);
  }
  return found;
}

const [sleeper, other] = await Promise.all([
  createSubprocessExec('sleep', ['60'], { backend: backendWith('signals') }),
  createSubprocessExec('true', [], { backend: backendWith('identity') }), // for `user` and `group`
]);
sleeper.terminate();
console.log(await Promise.all([sleeper.wait(), other.wait()]));
// #endregion capability

assert.deepEqual([sleeper.returncode, other.returncode], [-15, 0]);
assert.equal(backendWith('identity'), nodeBackend);
assert.equal(backendWith('signals'), backends[0]);
assert.throws(() => backendWith('loss'));
