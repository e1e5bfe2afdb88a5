import assert from 'node:assert/strict';

// #region execFile
import { run } from '@subwire/process';

const { stdout } = await run('uname', ['-s'], { encoding: 'utf8', check: true });
console.log(stdout.length > 1);
// #endregion execFile
assert.ok(stdout.endsWith('\n'));

// #region spawn
import { createSubprocessExec, PIPE } from '@subwire/process';

const child = await createSubprocessExec('sort', [], { stdin: PIPE, stdout: PIPE, stderr: null });
const [output] = await child.communicate('pear\napple\n');
console.log([new TextDecoder().decode(output)], child.returncode);
// #endregion spawn
assert.equal(new TextDecoder().decode(output), 'apple\npear\n');

// #region readline
const log = await createSubprocessExec('sh', ['-c', 'echo ready; echo error: disk full; exec sleep 60'], {
  stdout: PIPE,
});
for await (const line of log.stdout.lines({ encoding: 'utf8' })) {
  if (line.startsWith('error: ')) {
    console.log(line);
    break;
  }
}
console.log(await log.stop());
// #endregion readline
await log[Symbol.asyncDispose]();
