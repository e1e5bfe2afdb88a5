import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folder = await mkdtemp(path.join(tmpdir(), 'subwire-'));
const file = path.join(folder, 'fruit.txt');
await writeFile(file, 'pear\napple\n');

// #region first
import { run } from '@subwire/process';

const sorted = await run('sort', [], { input: 'pear\napple\n', encoding: 'utf8' });
console.log([sorted.stdout]);
// #endregion first
assert.equal(sorted.stdout, 'apple\npear\n');

// #region file
const fromFile = await run('sort', [], { stdin: file, encoding: 'utf8' });
console.log([fromFile.stdout]);
// #endregion file
assert.equal(fromFile.stdout, 'apple\npear\n');

// #region pieces
function* numbers(): Generator<string> {
  for (let n = 1; n <= 100_000; n += 1) {
    yield `${n}\n`;
  }
}

const counted = await run('wc', ['-l'], { input: numbers(), encoding: 'utf8' });
console.log(Number(counted.stdout));
// #endregion pieces
assert.equal(Number(counted.stdout), 100_000);

// #region streams
import { createReadStream } from 'node:fs';

const fromNode = await run('wc', ['-c'], { input: createReadStream(file), encoding: 'utf8' });
const fromWeb = await run('wc', ['-c'], { input: new Blob(['12345']).stream(), encoding: 'utf8' });
console.log(Number(fromNode.stdout), Number(fromWeb.stdout));
// #endregion streams
assert.deepEqual([Number(fromNode.stdout), Number(fromWeb.stdout)], [11, 5]);

// #region interactive
import { createSubprocessExec, PIPE } from '@subwire/process';

const child = await createSubprocessExec('cat', [], { stdin: PIPE, stdout: PIPE });
child.stdin.write('hello\n');
await child.stdin.drain();
console.log([new TextDecoder().decode(await child.stdout.readline())]);
child.stdin.close();
console.log('return code', await child.wait());
// #endregion interactive
assert.equal(child.returncode, 0);

// #region gone
const head = await createSubprocessExec('true', [], { stdin: PIPE });
await head.wait();
let failure = '';
while (failure === '') {
  head.stdin.write('nobody reads this');
  await head.stdin.drain().catch((error: unknown) => {
    failure = (error as { code: string }).code;
  });
}
console.log(['EPIPE', 'ECONNRESET'].includes(failure));
// #endregion gone
await rm(folder, { recursive: true });
