import assert from 'node:assert/strict';

// #region first
import { shell, shellCommand } from '@subwire/process';

const name = `it's; rm -rf "$HOME"`;
const files = ['a b', '-c', '*'];
const result = await shell(shellCommand`printf '[%s]' ${name} ${files} | tr a-z A-Z`, { encoding: 'utf8' });
console.log(result.stdout);
// #endregion first
assert.equal(result.stdout, `[IT'S; RM -RF "$HOME"][A B][-C][*]`);

// #region none
import { run } from '@subwire/process';

const same = await run('printf', ['[%s]', name, ...files], { encoding: 'utf8' });
console.log(same.stdout);
// #endregion none
assert.equal(same.stdout.toUpperCase(), result.stdout);

// #region unquoted
import { unquoted } from '@subwire/process';

const filters = [shellCommand`grep ${'o'}`, 'sort -r'];
const line = shellCommand`printf '%s\\n' ${['one', 'two', 'six']} | ${unquoted(filters.join(' | '))}`;
console.log(line);
console.log((await shell(line, { encoding: 'utf8' })).stdout);
// #endregion unquoted
assert.equal((await shell(line, { encoding: 'utf8' })).stdout, 'two\none\n');

// #region refused
try {
  console.log(shellCommand`echo "hello ${name}"`);
} catch (error) {
  console.log((error as Error).message);
}
// #endregion refused

// #region shlex
import { shlex } from '@subwire/process';

console.log(shlex.quote('two words'), shlex.quote('plain.txt'));
console.log(shlex.join(['grep', '-e', "it's", 'notes.txt']));
console.log(shlex.split(`grep -e "it's" notes.txt`));
// #endregion shlex
assert.deepEqual(shlex.split(shlex.join(files)), files);

// #region environment
const safe = await shell('printf %s "$NAME"', { env: { ...process.env, NAME: name }, encoding: 'utf8' });
console.log(safe.stdout === name);
// #endregion environment
assert.equal(safe.stdout, name);
