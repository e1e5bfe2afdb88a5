// #region program
import { createSubprocessExec, PIPE, type StreamReader, type StreamWriter } from '@subwire/process';

const server = ['-c', 'for n in 3 1 2; do echo "GET /page/$n"; echo "error: page $n is missing"; done'];

async function copyErrors(from: StreamReader, to: StreamWriter): Promise<void> {
  for await (const line of from.lines({ encoding: 'utf8' })) {
    if (line.startsWith('error: ')) {
      to.write(`${line}\n`);
      await to.drain();
    }
  }
  to.close();
}

const log = await createSubprocessExec('sh', server, { stdout: PIPE });
const sort = await createSubprocessExec('sort', [], { stdin: PIPE, stdout: PIPE });
const [, sorted] = await Promise.all([copyErrors(log.stdout, sort.stdin), sort.stdout.read()]);
console.log(new TextDecoder().decode(sorted).trimEnd());
console.log('return codes', await log.wait(), await sort.wait());
// #endregion program
process.exitCode = new TextDecoder().decode(sorted).startsWith('error: page 1') ? 0 : 1;
