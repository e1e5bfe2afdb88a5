/** The end that we bring about: `stop()` and `await using`. F30, F63, F64, F78; gh-118516. */
import { describe, expect, it } from '@jest/globals';
import { PIPE, ValueError } from '@subwire/transport';
import { createSubprocessExec, type Process } from '../src/index.js';
import { endForeign, isAlive, node, ourChildren, rejection, sh, utf8 } from './helpers/children.js';

const IGNORES_TERM = 'process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1000)';

describe('stop', () => {
  it('ends a child with SIGTERM', async () => {
    const proc = await createSubprocessExec('sleep', ['60']);
    expect(await proc.stop()).toEqual({ returncode: -15, escalated: false });
  });

  // F63
  it('ends a child that was stopped', async () => {
    const proc = await createSubprocessExec('sleep', ['60']);
    proc.sendSignal('SIGSTOP');
    expect(await proc.stop()).toEqual({ returncode: -15, escalated: false });
  });

  // F64
  it('kills a child that ignores SIGTERM when the grace period is over', async () => {
    const proc = await createSubprocessExec(...node(IGNORES_TERM), { stdout: PIPE });
    await proc.stdout.readline();
    expect(await proc.stop({ graceMs: 100 })).toEqual({ returncode: -9, escalated: true });
  });

  it('takes the return code of a child that ends by itself on SIGTERM', async () => {
    const script = 'process.on("SIGTERM", () => process.exit(7)); console.log("ready"); setInterval(() => {}, 1000)';
    const proc = await createSubprocessExec(...node(script), { stdout: PIPE });
    await proc.stdout.readline();
    expect(await proc.stop()).toEqual({ returncode: 7, escalated: false });
  });

  it('does nothing to a child that has ended, however often', async () => {
    const proc = await createSubprocessExec(...sh('exit 3'));
    await proc.wait();
    expect(await Promise.all([proc.stop(), proc.stop()])).toEqual([
      { returncode: 3, escalated: false },
      { returncode: 3, escalated: false },
    ]);
  });

  it('may be called twice at once', async () => {
    const proc = await createSubprocessExec('sleep', ['60']);
    const reports = await Promise.all([proc.stop(), proc.stop()]);
    expect(reports.map((report) => report.returncode)).toEqual([-15, -15]);
  });

  // F30
  it('ends a child that is blocked in a write nobody reads, and leaves what it wrote to be read', async () => {
    const proc = await createSubprocessExec('yes', [], { stdout: PIPE });
    await proc.stdout.peek(10);
    expect(await proc.stop()).toEqual({ returncode: -15, escalated: false });
    expect((await proc.stdout.read()).length).toBeGreaterThan(1_000);
  });

  it.each([NaN, -1])('refuses a grace period of %s', async (graceMs) => {
    await using proc = await createSubprocessExec('sleep', ['60']);
    expect(await rejection(proc.stop({ graceMs }))).toBeInstanceOf(ValueError);
  });
});

describe('await using', () => {
  it('ends and reaps the child at the end of the block', async () => {
    let proc: Process;
    {
      await using scoped = await createSubprocessExec('sleep', ['60'], { stdin: PIPE, stdout: PIPE });
      proc = scoped;
      expect(scoped.returncode).toBeNull();
    }
    expect(proc.returncode).toBe(-15);
    expect(ourChildren()).toEqual([]);
  });

  it('does so when the block throws', async () => {
    const failing = async (): Promise<void> => {
      await using proc = await createSubprocessExec('sleep', ['60'], { stdout: PIPE });
      await proc.stdout.read(0);
      throw new Error('in the block');
    };
    expect((await rejection(failing())).message).toBe('in the block');
    expect(ourChildren()).toEqual([]);
  });

  // F29
  it('does so when a consumer leaves the loop over lines', async () => {
    const lines: string[] = [];
    {
      await using proc = await createSubprocessExec('yes', [], { stdout: PIPE });
      for await (const line of proc.stdout) {
        lines.push(utf8(line));
        break;
      }
    }
    expect(lines).toEqual(['y\n']);
    expect(ourChildren()).toEqual([]);
  });

  it('takes no time for a child that has ended', async () => {
    // The test would run out of time if the grace were waited for.
    await using proc = await createSubprocessExec(...sh('echo x'), { stdin: PIPE, stdout: PIPE, stopGraceMs: 60_000 });
    await proc.communicate();
  });

  it('kills a child that ignores SIGTERM after stopGraceMs', async () => {
    let proc: Process;
    {
      await using scoped = await createSubprocessExec(...node(IGNORES_TERM), { stdout: PIPE, stopGraceMs: 50 });
      await scoped.stdout.readline();
      proc = scoped;
    }
    expect(proc.returncode).toBe(-9);
  });

  it('closes our ends although a descendant holds them', async () => {
    const stayedBehind = async (): Promise<number> => {
      await using proc = await createSubprocessExec(...sh('sleep 60 & echo $!; exec sleep 60'), {
        stdin: PIPE,
        stdout: PIPE,
      });
      return Number(utf8(await proc.stdout.readline()));
    };
    const grandchild = await stayedBehind();
    expect(isAlive(grandchild)).toBe(true);
    await endForeign(grandchild);
  });

  it('is done with pending input that nobody reads', async () => {
    const proc = await createSubprocessExec('sleep', ['60'], { stdin: PIPE });
    proc.stdin.write(new Uint8Array(4_000_000));
    await proc[Symbol.asyncDispose]();
    expect(await rejection(proc.stdin.waitClosed())).toMatchObject({ code: 'EPIPE' });
    expect(ourChildren()).toEqual([]);
  });

  // F78
  it('may happen twice, also at once', async () => {
    const proc = await createSubprocessExec('sleep', ['60'], { stdin: PIPE, stdout: PIPE });
    await Promise.all([proc[Symbol.asyncDispose](), proc[Symbol.asyncDispose]()]);
    await proc[Symbol.asyncDispose]();
    expect(proc.returncode).toBe(-15);
  });
});
