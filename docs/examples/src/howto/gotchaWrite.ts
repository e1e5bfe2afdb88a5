import assert from 'node:assert/strict';
import { createSubprocessExec, DEVNULL, PIPE } from '@subwire/process';

// #region program
const child = await createSubprocessExec('sleep', ['0.3'], { stdin: PIPE, stdout: DEVNULL });
child.stdin.write(new Uint8Array(1_000_000)); // returns at once, whatever becomes of it
console.log(await child.wait());
console.log('closing:', child.stdin.isClosing());
for (let n = 1; n <= 2; n += 1) {
  await child.stdin.drain().catch((error: unknown) => {
    console.log((error as Error).name);
  });
}
// #endregion program
assert.equal(child.returncode, 0);
