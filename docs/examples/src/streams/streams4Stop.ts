// #region program
import { createSubprocessExec, DEVNULL, PIPE } from '@subwire/process';

// This log has no end, unless nobody takes it any more.
const script = 'trap "" PIPE; n=1; while echo "error: page $n is missing"; do n=$((n + 1)); done; exit 3';

await using log = await createSubprocessExec('sh', ['-c', script], { stdout: PIPE, stderr: DEVNULL });
for await (const line of log.stdout.lines({ encoding: 'utf8' })) {
  console.log(line);
  if (line.includes('page 3')) {
    break;
  }
}
console.log('next:', new TextDecoder().decode(await log.stdout.readline()).trimEnd());

log.stdout.cancel();
console.log('return code', await log.wait());
// #endregion program
process.exitCode = log.returncode === 3 ? 0 : 1;
