import assert from 'node:assert/strict';

// #region communicate
import { createSubprocessExec, PIPE } from '@subwire/process';

const sort = await createSubprocessExec('sort', [], { stdin: PIPE, stdout: PIPE });
const [output] = await sort.communicate('pear\napple\n');
console.log([new TextDecoder().decode(output)], sort.returncode);
// #endregion communicate
assert.equal(sort.returncode, 0);

// #region timeout
import { TimeoutExpired } from '@subwire/process';

const slow = await createSubprocessExec('sh', ['-c', 'echo started; exec sleep 60'], { stdout: PIPE });
let rest: Uint8Array;
try {
  [rest] = await slow.communicate(null, { timeoutMs: 300 });
} catch (error) {
  if (!(error instanceof TimeoutExpired)) {
    throw error;
  }
  slow.kill();
  [rest] = await slow.communicate();
}
console.log([new TextDecoder().decode(rest)], slow.returncode);
// #endregion timeout
assert.deepEqual([new TextDecoder().decode(rest), slow.returncode], ['started\n', -9]);

// #region lines
const seq = await createSubprocessExec('seq', ['3'], { stdout: PIPE });
const decoder = new TextDecoder();
const lines: string[] = [];
for await (const line of seq.stdout) {
  lines.push(decoder.decode(line).trimEnd());
}
await seq.wait();
console.log(lines);
// #endregion lines
assert.deepEqual(lines, ['1', '2', '3']);
