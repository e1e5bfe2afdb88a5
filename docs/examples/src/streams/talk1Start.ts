// #region program
import { createSubprocessExec } from '@subwire/process';

const child = await createSubprocessExec('sh', ['-c', 'echo "6 times 7 is $((6 * 7))"']);
const returncode = await child.wait();
console.log('it ended with', returncode);
// #endregion program
process.exitCode = returncode;
