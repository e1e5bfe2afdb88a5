import assert from 'node:assert/strict';

// #region choose
import { isSupported, posixBackend } from '@subwire/posix';
import { run } from '@subwire/process';
import { nodeBackend } from '@subwire/transport';

const backend = isSupported().ok ? posixBackend : nodeBackend;

const { stdout } = await run('echo', ['hello'], { backend, encoding: 'utf8' });
console.log(stdout.trim());
// #endregion choose

assert.equal(stdout, 'hello\n');

// #region reason
const support = isSupported();
if (!support.ok) {
  console.warn(`children are started by Node: ${support.reason}`);
}
// #endregion reason

// #region bind
import { bindBackend, SubprocessProtocol } from '@subwire/transport';

const loop = bindBackend(backend);
const [transport] = await loop.subprocessExec(() => new SubprocessProtocol(), 'true');
// #endregion bind

assert.equal(transport.getExtraInfo('backend'), backend.name);
