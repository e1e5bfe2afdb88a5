// #region program
import { createSubprocessExec, PIPE } from '@subwire/process';

// Ends when it is asked for 0.
const script = 'while read -r a b; do [ "$a" = 0 ] && exit 3; echo $((a * b)); done';

const child = await createSubprocessExec('sh', ['-c', script], { stdin: PIPE, stdout: PIPE });

async function multiply(a: number, b: number): Promise<number> {
  child.stdin.write(`${a} ${b}\n`);
  await child.stdin.drain();
  const line = await child.stdout.readline();
  if (line.length === 0) {
    throw new Error(`the child ended with ${await child.wait()}`);
  }
  return Number(new TextDecoder().decode(line));
}

console.log(await multiply(6, 7));
try {
  await multiply(0, 7);
} catch (error) {
  console.log((error as Error).message);
}
// #endregion program
process.exitCode = child.returncode === 3 ? 0 : 1;
