import { DEVNULL, subprocessExec } from '@subwire/transport';
import { TraceProtocol } from './support/traceProtocol.js';

// #region program
const nothing = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL };
const [, protocol] = await subprocessExec(() => new TraceProtocol(), 'sh', ['-c', 'exit 3'], nothing);
await protocol.finished;
// #endregion program
