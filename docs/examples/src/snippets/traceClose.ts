import { DEVNULL, subprocessExec } from '@subwire/transport';
import { TraceProtocol } from './support/traceProtocol.js';

// #region program
const nothing = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL };
const [transport, protocol] = await subprocessExec(() => new TraceProtocol(), 'sleep', ['60'], nothing);
console.log('before close()');
transport.close();
console.log('after close()');
await protocol.finished;
// #endregion program
