/** What becomes of starts when descriptors run out, in hosts of their own: at every number, and while starts are under way. */
import { describe, expect, it, jest } from '@jest/globals';
import { runHelper } from './helpers/child.js';

jest.setTimeout(120_000);

const MOST_FREE = Number(process.env['SUBWIRE_FREE_DESCRIPTORS'] ?? 17);
const AT_A_TIME = 3;
const THEFT_MS = Number(process.env['SUBWIRE_THEFT_MS'] ?? 4_000);

const EXPECTED: ReadonlySet<string> = new Set(['ran', 'rejected', 'zombies: 0', 'later: ran', '']);

/** Returns what went wrong in a host with so many free descriptors. */
async function problemsWith(free: number, backend: string, warmth: string, when: string): Promise<string[]> {
  const args = [backend, warmth, String(free), when];
  const { code, stdout, stderr } = await runHelper('fewDescriptors.mjs', args, ['prlimit', '--nofile=80:80'], 30_000);
  const lines = stdout.split('\n').filter((line) => !EXPECTED.has(line));
  return [...lines, ...(stderr === '' ? [] : [stderr]), ...(code === 0 ? [] : [`it ended with ${code}`])].map(
    (problem) => `${free} free: ${problem}`,
  );
}

describe('with any number of free descriptors a start succeeds or is rejected, and later ones succeed', () => {
  it.each([
    ['posix', 'cold', 'before'],
    ['posix', 'cold', 'after'],
    ['posix', 'warm', 'before'],
    ['posix', 'warm', 'after'],
    ['node', 'cold', 'before'],
    ['node', 'warm', 'after'],
  ])('%s backend, %s, the others taken %s the call', async (backend, warmth, when) => {
    const numbers = Array.from({ length: MOST_FREE + 1 }, (_, free) => free);
    const problems: string[] = [];
    const lane = async (): Promise<void> => {
      for (let free = numbers.shift(); free !== undefined; free = numbers.shift()) {
        problems.push(...(await problemsWith(free, backend, warmth, when)));
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, lane));
    expect(problems).toEqual([]);
  });
});

describe('while another thread takes the last descriptors and gives them back', () => {
  it.each(['posix', 'node'])('a start on the %s backend succeeds or is rejected', async (backend) => {
    const launcher = ['prlimit', '--nofile=80:80'];
    const { code, stdout, stderr } = await runHelper('descriptorThief.mjs', [backend, String(THEFT_MS)], launcher);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').filter((line) => !EXPECTED.has(line))).toEqual([]);
    expect(stdout).toMatch(/^ran$/m);
  });
});
