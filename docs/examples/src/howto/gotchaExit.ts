import assert from 'node:assert/strict';
import { createSubprocessShell, PIPE, shell } from '@subwire/process';

// #region exit
const child = await createSubprocessShell('(sleep 0.3; echo late) & echo early', { stdout: PIPE });
console.log('exit:', await child.wait());
console.log('output:', [new TextDecoder().decode(await child.stdout.read())]);
// #endregion exit
assert.equal(child.returncode, 0);

// #region held
const command = '(sleep 1; echo late) & echo early';
const held = await shell(command, { encoding: 'utf8', drainGraceMs: 100 });
console.log([held.stdout], held.heldPipes);
const patient = await shell(command, { encoding: 'utf8', drainGraceMs: 10_000 });
console.log([patient.stdout], patient.heldPipes);
// #endregion held
assert.deepEqual([held.stdout, held.heldPipes], ['early\n', [1, 2]]);
assert.deepEqual([patient.stdout, patient.heldPipes], ['early\nlate\n', []]);
