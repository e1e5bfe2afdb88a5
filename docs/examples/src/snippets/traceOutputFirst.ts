import { DEVNULL, subprocessExec } from '@subwire/transport';
import { TraceProtocol } from './support/traceProtocol.js';

// #region program
// Says something, closes its output, and lives on for a moment.
const script = 'echo hello; exec >&-; sleep 0.2';
const options = { stdin: DEVNULL, stderr: DEVNULL };
const [, protocol] = await subprocessExec(() => new TraceProtocol(), 'sh', ['-c', script], options);
await protocol.finished;
// #endregion program
