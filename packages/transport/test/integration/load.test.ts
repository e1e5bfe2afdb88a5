/** Many children at once. */
import { describe, expect, it } from '@jest/globals';
import { DEVNULL } from '../../src/contract/stdio.js';
import { pattern } from '../helpers/bytes.js';
import { childStates, exec, finish, openFds } from '../helpers/realChild.js';

describe('many children', () => {
  // X12
  it('lose no byte: 100 at once echo 50 000 bytes each', async () => {
    const before = openFds();
    const sent = pattern(50_000);
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const child = await exec('cat');
        child.protocol.stdin.write(sent);
        const { returncode } = await finish(child);
        expect([returncode, Buffer.compare(child.protocol.data(1), sent)]).toEqual([0, 0]);
      }),
    );
    expect(openFds()).toBe(before);
    expect(childStates()).toEqual([]);
  });

  // F22
  it('end in the right order: data, the end of the data, the end of everything', async () => {
    for (let turn = 0; turn < 50; turn += 1) {
      const { protocol } = await exec('head', ['-c', '60000', '/dev/zero'], { stdin: DEVNULL, stderr: DEVNULL });
      await protocol.lost;
      expect(protocol.data(1)).toHaveLength(60_000);
      expect([...protocol.order].filter((line) => line !== 'exited')).toEqual(['made', 'data:1', 'lost:1', 'lost']);
    }
  });

  // F52
  it('are all told of when 1 000 are killed in one tick', async () => {
    const quiet = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL } as const;
    const children = [];
    for (let turn = 0; turn < 1_000; turn += 1) {
      children.push(await exec('sleep', ['600'], quiet));
    }
    for (const { transport } of children) {
      transport.kill();
    }
    await Promise.all(children.map(({ protocol }) => protocol.lost));
    expect(new Set(children.map(({ transport }) => transport.getReturncode()))).toEqual(new Set([-9]));
    expect(childStates()).toEqual([]);
  }, 60_000);
});
