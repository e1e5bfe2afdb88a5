import { DEVNULL, subprocessExec } from '@subwire/transport';
import { TraceProtocol } from './support/traceProtocol.js';

// #region program
// Reads its input after a moment, and lives on for another one.
const script = 'sleep 0.2; cat; sleep 0.2';
const options = { stdout: DEVNULL, stderr: DEVNULL };
const [transport, protocol] = await subprocessExec(() => new TraceProtocol(), 'sh', ['-c', script], options);
const stdin = transport.getPipeTransport(0);
console.log('before write()');
stdin?.write(new Uint8Array(1_000_000));
console.log('after write()');
stdin?.writeEof();
await protocol.finished;
// #endregion program
