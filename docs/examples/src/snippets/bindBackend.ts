import assert from 'node:assert/strict';
import { SubprocessProtocol } from '@subwire/transport';

// #region program
import { bindBackend, nodeBackend } from '@subwire/transport';

const loop = bindBackend(nodeBackend);
const [transport] = await loop.subprocessExec(() => new SubprocessProtocol(), 'true');
// #endregion program

assert.equal(transport.getExtraInfo('backend'), 'node');
