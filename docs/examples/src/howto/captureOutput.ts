import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = await mkdtemp(path.join(tmpdir(), 'subwire-'));

// #region first
import { run } from '@subwire/process';

const date = await run('date', ['-u', '+%Y'], { encoding: 'utf8', check: true });
console.log(Number(date.stdout) >= 2026);
// #endregion first

// #region result
const failed = await run('sh', ['-c', 'echo half; echo "disk full" >&2; exit 4'], { encoding: 'utf8' });
console.log(failed.returncode, failed.signal, [failed.stdout, failed.stderr]);
// #endregion result
assert.deepEqual([failed.returncode, failed.stdout, failed.stderr], [4, 'half\n', 'disk full\n']);

// #region check
import { CalledProcessError } from '@subwire/process';

try {
  await run('sh', ['-c', 'echo "disk full" >&2; exit 4'], { encoding: 'utf8', check: true });
} catch (error) {
  if (!(error instanceof CalledProcessError)) {
    throw error;
  }
  console.log(error.message);
  console.log(error.returncode, error.stderr);
}
// #endregion check

// #region together
import { STDOUT } from '@subwire/process';

const both = await run('sh', ['-c', 'echo one; echo two >&2; echo three'], { encoding: 'utf8', stderr: STDOUT });
console.log([both.stdout, both.stderr]);
// #endregion together
assert.equal(both.stdout, 'one\ntwo\nthree\n');

// #region truncate
const long = await run('seq', ['1', '100000'], { encoding: 'utf8', maxBytes: 20, overflow: 'truncate' });
console.log([long.stdout], long.truncated);
// #endregion truncate
assert.equal(long.truncated.stdout, 588_895 - 20);

// #region overflow
import { OutputOverflowError } from '@subwire/process';

try {
  await run('seq', ['1', '100000'], { maxBytes: 1_000 });
} catch (error) {
  if (!(error instanceof OutputOverflowError)) {
    throw error;
  }
  console.log(error.message, '- kept', error.stdout?.length);
}
// #endregion overflow

// #region files
const log = path.join(folder, 'build.log');
await run('sh', ['-c', 'echo building; echo warning >&2'], { stdout: log, stderr: log });
await run('echo', ['done'], { stdout: { append: pathToFileURL(log) } });
console.log([await readFile(log, 'utf8')]);
// #endregion files
assert.equal(await readFile(log, 'utf8'), 'building\nwarning\ndone\n');
await rm(folder, { recursive: true });
