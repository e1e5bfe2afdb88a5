/** `drainGraceMs`: how long the outputs of a child that has ended are waited for. F23, F24. */
import { describe, expect, it } from '@jest/globals';
import { PIPE, ValueError } from '@subwire/transport';
import { createSubprocessExec, run } from '../src/index.js';
import { blockThread, endForeign, isAlive, rejection, sh, until, utf8 } from './helpers/children.js';
import { handMade } from './helpers/handMade.js';
import { ManualClock } from './helpers/manualClock.js';

const ALL = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;

describe('drainGraceMs', () => {
  it('is not waited for by a child that holds nothing back', async () => {
    const result = await run(...sh('echo out; echo err >&2'), { drainGraceMs: 60_000 });
    expect(result.heldPipes).toEqual([]);
  });

  it('ends the wait for outputs that a descendant holds, names them, and keeps what came', async () => {
    const proc = await createSubprocessExec(...sh('sleep 60 2>/dev/null & echo $!; echo problem >&2; exit 3'), ALL);
    const done = await proc.communicateInFull(null, { drainGraceMs: 50 });
    const grandchild = Number(utf8(done.stdout));
    expect([done.heldPipes, utf8(done.stderr), proc.returncode]).toEqual([[1], 'problem\n', 3]);
    expect(isAlive(grandchild)).toBe(true);
    await endForeign(grandchild);
  });

  it('closes our ends, so that a descendant that writes on is told by the system', async () => {
    const script = 'echo kept >&3; (while echo tick 2>/dev/null; do sleep 0.02; done) 3>&- & echo $!';
    const proc = await createSubprocessExec(...sh(script), { ...ALL, extraFds: { 3: PIPE } });
    const done = await proc.communicateInFull(null, { drainGraceMs: 50 });
    expect(done.heldPipes).toEqual([1, 2]);
    const grandchild = Number(/^\d+$/m.exec(utf8(done.stdout))?.[0]);
    await until(() => !isAlive(grandchild));
    // What stands at other descriptors is not the conversation's: it is still there to be read.
    expect(utf8((await proc.outputs.get(3)?.read()) ?? null)).toBe('kept\n');
  });

  it('is bounded for a descendant that writes without a pause', async () => {
    const limits = { drainGraceMs: 50, maxBytes: 1_000, overflow: 'truncate' } as const;
    const result = await run(...sh('yes & echo $!; exit 0'), limits);
    expect(result.heldPipes).toContain(1);
    await until(() => !isAlive(Number(utf8(result.stdout).split('\n')[0])));
  });

  it('does not concern what was written before the exit, even if we come to read it late', async () => {
    for (let round = 0; round < 10; round += 1) {
      const proc = await createSubprocessExec(...sh('head -c 150000 /dev/zero'), ALL);
      const talking = proc.communicateInFull(null, { drainGraceMs: round });
      void proc.wait().then(() => {
        blockThread(round + 10);
      });
      const done = await talking;
      expect([done.stdout?.length, done.heldPipes]).toEqual([150_000, []]);
    }
  });

  it('of 0 loses nothing of a child that holds nothing back', async () => {
    const results = await Promise.all(
      Array.from({ length: 40 }, () => run('head', ['-c', '200000', '/dev/zero'], { drainGraceMs: 0 })),
    );
    expect(results.map((result) => [result.stdout.length, result.heldPipes.length])).toEqual(
      Array.from({ length: 40 }, () => [200_000, 0]),
    );
  });

  it('starts with the exit and not with the call', async () => {
    const clock = new ManualClock();
    const child = handMade({ clock });
    const done = child.process.communicateInFull(null, { drainGraceMs: 100 });
    clock.advance(1_000);
    child.data(1, 'late');
    child.exit(0);
    await Promise.resolve();
    await Promise.resolve();
    expect(clock.pending).toBe(1);
    clock.advance(100);
    expect(await done).toMatchObject({ heldPipes: [1, 2], truncated: { stdout: 0, stderr: 0 } });
    expect(child.calls).toEqual(expect.arrayContaining(['1.close', '2.close', '0.abort']));
    expect(clock.pending).toBe(0);
  });

  it('is without limit by default in communicate()', async () => {
    const clock = new ManualClock();
    const child = handMade({ clock });
    const done = child.process.communicate();
    child.exit(0);
    clock.advance(1_000_000);
    expect(clock.pending).toBe(0);
    child.data(1, 'at last');
    child.lose(1);
    child.lose(2);
    expect(utf8((await done)[0])).toBe('at last');
  });

  it('bounds a descendant that holds the input and never reads it', async () => {
    const script = 'sleep 60 </proc/self/fd/0 >/dev/null 2>&1 & echo $! >&2; exit 0';
    const result = await run('bash', ['-c', `exec 4<&0; ${script.replace('</proc/self/fd/0', '<&4')}`], {
      input: new Uint8Array(4_000_000),
    });
    const grandchild = Number(utf8(result.stderr));
    expect(isAlive(grandchild)).toBe(true);
    await endForeign(grandchild);
  });

  it.each([NaN, -1])('refuses %s', async (drainGraceMs) => {
    expect(await rejection(run('true', [], { drainGraceMs }))).toBeInstanceOf(ValueError);
  });
});
