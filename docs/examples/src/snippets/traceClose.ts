import { subprocessExec } from '@subwire/transport';
import { TraceProtocol } from './support/traceProtocol.js';

// #region program
const [transport, protocol] = await subprocessExec(() => new TraceProtocol(), 'sleep', ['60']);
console.log('before close()');
transport.close();
console.log('after close()');
await protocol.finished;
// #endregion program
