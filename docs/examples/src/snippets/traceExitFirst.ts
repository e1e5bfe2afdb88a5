import { DEVNULL, subprocessExec } from '@subwire/transport';
import { TraceProtocol } from './support/traceProtocol.js';

// #region program
// Leaves a descendant behind, which holds the output and uses it later.
const script = '(sleep 0.3; echo late) & exit 0';
const options = { stdin: DEVNULL, stderr: DEVNULL };
const [, protocol] = await subprocessExec(() => new TraceProtocol(), 'sh', ['-c', script], options);
await protocol.finished;
// #endregion program
