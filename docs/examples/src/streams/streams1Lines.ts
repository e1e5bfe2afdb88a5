// #region program
import { createSubprocessExec, PIPE } from '@subwire/process';

// Stands for a server that writes its log.
const server = ['-c', 'for n in 3 1 2; do echo "GET /page/$n"; echo "error: page $n is missing"; done'];

const child = await createSubprocessExec('sh', server, { stdout: PIPE });
let errors = 0;
for await (const line of child.stdout.lines({ encoding: 'utf8' })) {
  if (line.startsWith('error: ')) {
    console.log(line);
    errors += 1;
  }
}
console.log(errors, 'errors, return code', await child.wait());
// #endregion program
process.exitCode = errors === 3 ? 0 : 1;
