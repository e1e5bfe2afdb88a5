// #region program
import { createSubprocessExec, PIPE, type StreamReader } from '@subwire/process';

const server = ['-c', 'for n in 3 1 2; do echo "GET /page/$n"; echo "page $n is missing" >&2; done'];

async function count(reader: StreamReader): Promise<number> {
  let lines = 0;
  for await (const line of reader.lines()) {
    lines += line.length > 0 ? 1 : 0;
  }
  return lines;
}

const child = await createSubprocessExec('sh', server, { stdout: PIPE, stderr: PIPE });
const [requests, errors, returncode] = await Promise.all([count(child.stdout), count(child.stderr), child.wait()]);
console.log(requests, 'requests,', errors, 'errors, return code', returncode);
// #endregion program
process.exitCode = requests === 3 && errors === 3 ? 0 : 1;
