/** What stands at the child's descriptors. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEVNULL, PIPE, STDOUT } from '@subwire/transport';
import { native } from '../src/native/ffi.js';
import { finish, sh, start } from './helpers/child.js';

const F_DUPFD = 0;
const F_SETFD = 2;

let directory = '';
/** Five open files, `a` to `e`. */
let files: number[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'subwire-'));
  files = ['a', 'b', 'c', 'd', 'e'].map((name) => openSync(join(directory, name), 'w+'));
});

afterAll(() => {
  files.forEach(closeSync);
  rmSync(directory, { recursive: true });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) {
    return [[]];
  }
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

/** Which of the files stands at each of the descriptors, by the child's own account. */
async function namesAt(fds: readonly number[], extraFds: Record<number, number>, stdio: object = {}): Promise<string> {
  const paths = fds.map((fd) => `/proc/$$/fd/${fd}`).join(' ');
  const report = Math.max(...fds) + 1;
  const child = await sh(`(exec readlink ${paths} >/proc/$$/fd/${report}); :`, {
    extraFds: { ...extraFds, [report]: PIPE },
    ...stdio,
  });
  await finish(child);
  return child
    .text(report)
    .trim()
    .split('\n')
    .map((path) => path.at(-1))
    .join('');
}

describe('given descriptors', () => {
  it('stand where they were asked for, in all 120 orders of their own numbers', async () => {
    const orders = permutations(files);
    for (let first = 0; first < orders.length; first += 20) {
      await Promise.all(
        orders.slice(first, first + 20).map(async (order) => {
          const extraFds = Object.fromEntries(files.map((fd, index) => [fd, order[index]!]));
          const wanted = order.map((fd) => 'abcde'[files.indexOf(fd)]).join('');
          expect(await namesAt(files, extraFds)).toBe(wanted);
        }),
      );
    }
  });

  it('stand at the standard streams, swapped and doubled', async () => {
    const [a = 0, b = 0, c = 0] = files;
    const swapped = { stdin: a, stdout: c, stderr: b };
    expect(await namesAt([0, 1, 2, 3], { 3: a }, swapped)).toBe('acba');
    expect(await namesAt([0, 1, 2, 3], { 3: b }, { stdin: a, stdout: a, stderr: a })).toBe('aaab');
  });

  it('may be closed as soon as the call is made', async () => {
    const fd = openSync(join(directory, 'late'), 'w');
    const creation = sh('echo here', { stdout: fd });
    closeSync(fd);
    await finish(await creation);
    expect(readFileSync(join(directory, 'late'), 'utf8')).toBe('here\n');
  });

  it('may have high numbers, here and in the child', async () => {
    const fd = native().fcntl(files[0] ?? -1, F_DUPFD, 5_000);
    expect(fd).toBe(5_000);
    const options = { passFds: [fd], extraFds: { 2_000: PIPE, 6_000: fd } };
    const child = await sh('readlink /proc/self/fd/5000 /proc/self/fd/6000 >/proc/self/fd/2000', options);
    closeSync(fd);
    await finish(child);
    const path = join(directory, 'a');
    expect(child.text(2_000)).toBe(`${path}\n${path}\n`);
  });

  it('that are not open are refused', async () => {
    await expect(sh('true', { stdout: 4_000 })).rejects.toMatchObject({ code: 'EBADF', stage: 'stdio' });
  });
});

describe('a child', () => {
  it('has only the descriptors that were asked for', async () => {
    const inheritable = openSync('/dev/null', 'r');
    native().fcntl(inheritable, F_SETFD, 0);
    const child = await start('/bin/ls', ['/proc/self/fd'], { extraFds: { 7: DEVNULL } });
    // 3 is what lists them.
    expect(await finish(child)).toEqual([0, '0\n1\n2\n3\n7\n', '']);
    closeSync(inheritable);
  });

  it('can open its streams again by their names', async () => {
    const child = await sh('cat /dev/stdin > /dev/stdout; echo no > /dev/stderr; cat </proc/self/fd/0');
    child.transport.getPipeTransport(0)?.write(Buffer.from('yes'));
    expect(await finish(child)).toEqual([0, 'yes', 'no\n']);
  });

  it('shares one pipe between both outputs', async () => {
    const child = await sh(
      'for i in 1 2 3; do echo out; echo err >&2; done; stat -Lc %i /proc/$$/fd/1 /proc/$$/fd/2 | uniq | wc -l',
      {
        stderr: STDOUT,
      },
    );
    expect(await finish(child)).toEqual([0, `${'out\nerr\n'.repeat(3)}1\n`, '']);
  });

  it('blocks on its ends, and ours are not in its way', async () => {
    const child = await sh('grep flags /proc/self/fdinfo/0 /proc/self/fdinfo/1; cat; cat');
    const [, stdout] = await finish(child);
    expect(stdout.match(/flags:\t0*[01]$/gm)).toHaveLength(2);
  });
});
