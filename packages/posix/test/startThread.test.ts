/** What starting on a thread of our own leaves alone, and what leaves it alone; each in a process of its own. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it, jest } from '@jest/globals';
import { runHelper } from './helpers/child.js';

jest.setTimeout(60_000);

const linux = process.platform === 'linux';
const onLinux = linux ? it : it.skip;
const withSetpriv = linux && spawnSync('setpriv', ['--version']).status === 0 ? it : it.skip;

async function linesOf(
  name: string,
  args: readonly string[] = [],
  launcher: readonly string[] = [],
): Promise<string[]> {
  const { code, stdout, stderr } = await runHelper(name, args, launcher);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n');
}

describe('a start that is stuck', () => {
  const others = ['the others ran', 'a file was read', 'meanwhile', 'at most eight threads'];

  onLinux.each([1, 3, 7])('delays no other, and goes on when it can (%s)', async (count) => {
    const lines = await linesOf('stuckStart.mjs', [String(count), 'release']);
    expect(lines).toEqual([...others, 'ran 0', 'the program was executed']);
  });

  onLinux.each([1, 3, 7])('can be aborted: the program is never executed (%s)', async (count) => {
    const lines = await linesOf('stuckStart.mjs', [String(count), 'abort']);
    expect(lines).toEqual([...others, 'AbortError', 'the program was not executed']);
  });

  onLinux('does not keep a process that exits', async () => {
    // After 45 seconds the system itself would let the program go on.
    const { code, stdout } = await runHelper('stuckStart.mjs', ['2', 'exit'], [], 30_000);
    expect([code, stdout.split('\n')]).toEqual([7, others]);
  });
});

describe('the start thread', () => {
  withSetpriv('lives as long as the children that it started, and ends then', async () => {
    expect(await linesOf('deathSignal.mjs')).toEqual(['by a thread', 'lives', '-9', 'the thread has ended']);
  });
});

describe('the package', () => {
  it('loads nothing native until it is used', async () => {
    expect(await linesOf('importing.mjs')).toEqual(['imported: ', 'asked: local koffi']);
  });

  onLinux('may be there twice, and in a worker, without harm', async () => {
    expect(await linesOf('twoCopies.mjs')).toEqual([
      'two copies',
      '1 2 3 1 2 3',
      `false${' 0'.repeat(10)}`,
      'the limits are what they were',
      '0 children',
    ]);
  });
});

describe('the inherited environment', () => {
  it.each(['process.env', 'native'])('is complete while another thread changes it (%s)', async (how) => {
    expect(await linesOf('changingEnvironment.mjs', [how])).toEqual(['all right']);
  });

  onLinux.each([
    ['a value', 'ODD=a\\377\\376b', '4f44443d61fffe62'],
    ['a name', 'ODD\\377=1', '4f4444ff3d31'],
  ])('arrives byte by byte if %s is no UTF-8', async (_what, variable, hex) => {
    const launcher = ['/bin/sh', '-c', 'v=$(printf "$1"); shift; exec env "$v" "$@"', 'sh', variable];
    expect(await linesOf('inheritedBytes.mjs', [], launcher)).toEqual([hex, `${hex} true`, `${hex} true`]);
  });
});
