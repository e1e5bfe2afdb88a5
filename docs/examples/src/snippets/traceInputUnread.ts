import { DEVNULL, subprocessExec } from '@subwire/transport';
import { TraceProtocol } from './support/traceProtocol.js';

// #region program
// Closes its input unread. One megabyte is more than any pipe holds, so bytes are left over.
const script = 'sleep 0.2; exec <&-; sleep 0.3';
const options = { stdout: DEVNULL, stderr: DEVNULL };
const [transport, protocol] = await subprocessExec(() => new TraceProtocol(), 'sh', ['-c', script], options);
console.log('before write()');
transport.getPipeTransport(0)?.write(new Uint8Array(1_000_000));
console.log('after write()');
await protocol.finished;
// #endregion program
