// #region program
import { createSubprocessExec, PIPE } from '@subwire/process';

const script = 'while read -r a b; do echo $((a * b)); done';

const child = await createSubprocessExec('sh', ['-c', script], { stdin: PIPE, stdout: PIPE });
const [output] = await child.communicate('6 7\n12 12\n');
const answers = new TextDecoder().decode(output).trimEnd().split('\n');
console.log(answers);
// #endregion program
process.exitCode = answers.join() === '42,144' ? 0 : 1;
