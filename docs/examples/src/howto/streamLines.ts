import assert from 'node:assert/strict';

// #region first
import { createSubprocessExec, PIPE } from '@subwire/process';

const child = await createSubprocessExec('seq', ['3'], { stdout: PIPE });
for await (const line of child.stdout.lines({ encoding: 'utf8' })) {
  console.log('line', line);
}
console.log('return code', await child.wait());
// #endregion first
assert.equal(child.returncode, 0);

// #region both
import type { StreamReader } from '@subwire/process';

async function show(name: string, reader: StreamReader): Promise<number> {
  let count = 0;
  for await (const line of reader.lines({ encoding: 'utf8' })) {
    console.log(`${name}: ${line}`);
    count += 1;
  }
  return count;
}

const build = await createSubprocessExec('sh', ['-c', 'echo compiled; echo warning >&2'], {
  stdout: PIPE,
  stderr: PIPE,
});
const counts = await Promise.all([show('out', build.stdout), show('err', build.stderr), build.wait()]);
// #endregion both
assert.deepEqual(counts, [1, 1, 0]);

// #region progress
const copy = await createSubprocessExec('printf', [' 33%%\r 66%%\r100%%\ndone\r\n'], { stdout: PIPE });
const states: string[] = [];
for await (const state of copy.stdout.lines({ encoding: 'utf8', universalNewlines: true })) {
  states.push(state);
}
console.log(states);
// #endregion progress
assert.deepEqual(states, [' 33%', ' 66%', '100%', 'done']);
await copy.wait();

// #region records
const find = await createSubprocessExec('printf', ['a b\\0c\\nd\\0'], { stdout: PIPE });
const names: string[] = [];
for await (const name of find.stdout.lines({ encoding: 'utf8', separators: '\0' })) {
  names.push(name);
}
console.log(names);
// #endregion records
assert.deepEqual(names, ['a b', 'c\nd']);
await find.wait();

// #region long
for (const onOverrun of ['split', 'truncate'] as const) {
  const long = await createSubprocessExec('printf', ['abcdefghij\nklm\n'], { stdout: PIPE });
  const pieces: string[] = [];
  for await (const piece of long.stdout.lines({ encoding: 'utf8', maxLineBytes: 4, onOverrun })) {
    pieces.push(piece);
  }
  console.log(onOverrun, pieces, await long.wait());
}
// #endregion long

// #region stop
const endless = await createSubprocessExec('yes', ['tick'], { stdout: PIPE });
try {
  for await (const line of endless.stdout.lines({ encoding: 'utf8', signal: AbortSignal.timeout(200) })) {
    assert.equal(line, 'tick');
  }
} catch (error) {
  console.log((error as Error).name);
} finally {
  await endless.stop();
}
// #endregion stop
assert.equal(endless.returncode, -15);
await endless[Symbol.asyncDispose]();

// #region batches
const many = await createSubprocessExec('seq', ['100000'], { stdout: PIPE });
let sum = 0;
for await (const lines of many.stdout.lineBatches({ encoding: 'utf8' })) {
  for (const line of lines) {
    sum += Number(line);
  }
}
console.log(sum);
// #endregion batches
assert.equal(sum, 5_000_050_000);
await many.wait();
