// #region program
import { createSubprocessExec, PIPE } from '@subwire/process';

const child = await createSubprocessExec('sh', ['-c', 'echo $((6 * 7))'], { stdout: PIPE });
const [output] = await child.communicate();
const answer = Number(new TextDecoder().decode(output));
console.log('the answer is', answer, 'and the return code', child.returncode);
// #endregion program
process.exitCode = answer === 42 ? 0 : 1;
