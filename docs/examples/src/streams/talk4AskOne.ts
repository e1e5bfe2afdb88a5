import assert from 'node:assert/strict';
// #region program
import { createSubprocessExec, PIPE } from '@subwire/process';

const script = 'while read -r a b; do echo $((a * b)); done';

const child = await createSubprocessExec('sh', ['-c', script], { stdin: PIPE, stdout: PIPE });

async function multiply(a: number, b: number): Promise<number> {
  child.stdin.write(`${a} ${b}\n`);
  await child.stdin.drain();
  const line = await child.stdout.readline();
  return Number(new TextDecoder().decode(line));
}

let power = 1;
while (power < 1000) {
  power = await multiply(power, 3);
}
console.log('the first power of 3 above 1000 is', power);

child.stdin.close();
console.log('it ended with', await child.wait());
// #endregion program
assert.equal(power, 2187);
assert.equal(child.returncode, 0);
