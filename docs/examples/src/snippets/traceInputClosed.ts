import { DEVNULL, subprocessExec } from '@subwire/transport';
import { TraceProtocol } from './support/traceProtocol.js';

// #region program
// Closes its input and lives on for a moment.
const script = 'exec <&-; sleep 0.3';
const options = { stdout: DEVNULL, stderr: DEVNULL };
const [, protocol] = await subprocessExec(() => new TraceProtocol(), 'sh', ['-c', script], options);
await protocol.finished;
// #endregion program
