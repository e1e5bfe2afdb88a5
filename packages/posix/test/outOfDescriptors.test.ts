/** What becomes of starts when descriptors run out, in hosts of their own: at every number, and at every moment. */
import { describe, expect, it, jest } from '@jest/globals';
import { runHelper } from './helpers/child.js';

jest.setTimeout(120_000);

const MOST_FREE = Number(process.env['SUBWIRE_FREE_DESCRIPTORS'] ?? 24);

describe.each(['posix', 'node'])('the %s backend', (backend) => {
  it.each([
    ['cold', 'before'],
    ['cold', 'after'],
    ['warm', 'before'],
    ['warm', 'after'],
  ])('starts a child or rejects, %s, with any number of descriptors that is left %s the call', async (warmth, when) => {
    for (let free = 0; free <= MOST_FREE; free += 1) {
      const args = [backend, warmth, String(free), when];
      const launcher = ['prlimit', '--nofile=80:80'];
      const { code, stdout, stderr } = await runHelper('fewDescriptors.mjs', args, launcher, 30_000);
      const bad = stdout.split('\n').filter((line) => !['ran', 'rejected', 'zombies: 0', 'later: ran', ''].includes(line));
      expect({ free, code, stderr, bad }).toEqual({ free, code: 0, stderr: '', bad: [] });
    }
  });
});
