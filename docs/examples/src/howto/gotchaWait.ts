import assert from 'node:assert/strict';
import { createSubprocessExec, PIPE } from '@subwire/process';

// #region program
const child = await createSubprocessExec('head', ['-c', '1000000', '/dev/zero'], { stdout: PIPE });
try {
  await child.wait({ timeoutMs: 500 });
} catch (error) {
  console.log('the pipe is full:', (error as Error).name);
}
const [output] = await child.communicate(); // reads, and waits
console.log(output.length, 'bytes, return code', child.returncode);
// #endregion program
assert.deepEqual([output.length, child.returncode], [1_000_000, 0]);
