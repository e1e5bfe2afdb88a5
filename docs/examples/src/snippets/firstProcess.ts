import assert from 'node:assert/strict';

// #region process
import { createSubprocessExec, PIPE } from '@subwire/process';

const sort = await createSubprocessExec('sort', [], { stdin: PIPE, stdout: PIPE });
const [sorted] = await sort.communicate('pear\napple\nplum\n');
console.log(new TextDecoder().decode(sorted).split('\n'), 'return code', sort.returncode);
// #endregion process
assert.equal(new TextDecoder().decode(sorted), 'apple\npear\nplum\n');
assert.equal(sort.returncode, 0);
