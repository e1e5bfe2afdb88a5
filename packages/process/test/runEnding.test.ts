/** `run` that has to end its child: timeouts, aborts, too much output. F24, F32, F63, F64, F74, F75; peers §1c 4 and 5. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { DEVNULL } from '@subwire/transport';
import { OutputOverflowError, run, TimeoutExpired } from '../src/index.js';
import { endForeign, isAlive, node, ourChildren, rejection, sh, until, utf8 } from './helpers/children.js';

/** Says when it is ready, ignores SIGTERM but tells of it, and exits with 0 after a while. */
const TRAPS_TERM = 'trap "echo asked" TERM; echo ready; for i in 1 2 3 4 5 6 7 8; do sleep 0.05; done; exit 0';

describe('a timeout of run', () => {
  it('ends the child and rejects with what it wrote so far', async () => {
    const error = await rejection<TimeoutExpired>(
      run(...sh('echo out; echo err >&2; exec sleep 60'), { timeoutMs: 200, encoding: 'utf8' }),
    );
    expect(error).toBeInstanceOf(TimeoutExpired);
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT_EXPIRED', timeoutMs: 200, stdout: 'out\n', stderr: 'err\n' });
    expect(error.result).toMatchObject({ returncode: -15, signal: 'SIGTERM', timedOut: true, stdout: 'out\n' });
    expect(error.message).toBe('"/bin/sh" took longer than 200 ms\nerr');
  });

  it('is a timeout even if the child traps SIGTERM and exits with 0 later, and carries its last words', async () => {
    const error = await rejection<TimeoutExpired>(run(...sh(TRAPS_TERM), { timeoutMs: 100, encoding: 'utf8' }));
    expect(error).toBeInstanceOf(TimeoutExpired);
    expect(error.result).toMatchObject({ returncode: 0, signal: null, timedOut: true });
    expect(error.stdout).toBe('ready\nasked\n');
  });

  // F64
  it('kills a child that ignores SIGTERM after the grace period', async () => {
    const error = await rejection<TimeoutExpired>(
      run(...sh('trap "" TERM; while :; do sleep 0.05; done'), { timeoutMs: 300, stopGraceMs: 100 }),
    );
    expect(error.result).toMatchObject({ returncode: -9, timedOut: true });
  });

  // F63
  it('ends a child that is stopped with SIGTERM and SIGCONT', async () => {
    const error = await rejection<TimeoutExpired>(run(...sh('kill -STOP $$'), { timeoutMs: 100 }));
    expect(error.result).toMatchObject({ returncode: -15 });
  });

  // F24
  it('settles after the time, the grace and the drain, whatever a descendant holds', async () => {
    const error = await rejection<TimeoutExpired>(
      run(...sh('sleep 60 & echo $!; exec sleep 60'), { timeoutMs: 100, stopGraceMs: 100, drainGraceMs: 100 }),
    );
    expect(error.result).toMatchObject({ returncode: -15, heldPipes: [1, 2] });
    const grandchild = Number(utf8(error.stdout));
    expect(isAlive(grandchild)).toBe(true);
    await endForeign(grandchild);
  });

  it('of 0 starts nothing that stays', async () => {
    expect(await rejection(run('sleep', ['60'], { timeoutMs: 0 }))).toBeInstanceOf(TimeoutExpired);
  });

  it('does not fire for a child that ended in time', async () => {
    expect(await run('true', [], { timeoutMs: 10_000 })).toMatchObject({ returncode: 0, timedOut: false });
  });
});

describe('an abort of run', () => {
  // F74
  it('before the call starts nothing', async () => {
    const reason = new Error('before');
    expect(await rejection(run('/no/such/program', [], { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  // F75, peers §1c 5
  it('settles with the reason only when the child is reaped', async () => {
    const controller = new AbortController();
    const script = 'trap "" TERM; echo $$ >&2; read x; exit 0';
    let pid = 0;
    const running = run(...sh(script), {
      signal: controller.signal,
      stdin: DEVNULL,
      stopGraceMs: 10_000,
      onBytes: () => controller.abort(new Error('enough')),
    }).finally(() => {
      pid = -1;
    });
    expect((await rejection(running)).message).toBe('enough');
    expect(pid).toBe(-1);
  });

  it('waits for a child that takes its time to end after SIGTERM', async () => {
    const controller = new AbortController();
    const error = await rejection(
      run(...sh('trap "sleep 0.3; exit 0" TERM; echo $$; while :; do sleep 0.02; done'), {
        signal: controller.signal,
        stopGraceMs: 60_000,
        onBytes: () => controller.abort(new Error('enough')),
      }),
    );
    expect([error.message, ourChildren()]).toEqual(['enough', []]);
  });

  // F74, F77
  it('at any moment leaves neither child nor listener', async () => {
    for (let round = 0; round < 40; round += 1) {
      const controller = new AbortController();
      const reason = new Error(`round ${round}`);
      const running = run('sleep', ['60'], { signal: controller.signal });
      const failed = rejection(running);
      for (let turn = 0; turn < round; turn += 1) {
        await (turn % 3 === 0 ? new Promise((resolve) => setImmediate(resolve)) : Promise.resolve());
      }
      controller.abort(reason);
      expect(await failed).toBe(reason);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    }
  });

  it('after the end has no effect', async () => {
    const controller = new AbortController();
    const result = await run('true', [], { signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    controller.abort();
    expect(result.returncode).toBe(0);
  });

  it('rejects with any reason, also with none', async () => {
    const controller = new AbortController();
    const running = rejection(run('sleep', ['60'], { signal: controller.signal }));
    controller.abort('a string');
    expect(await running).toBe('a string');
    const plain = new AbortController();
    const second = rejection(run('sleep', ['60'], { signal: plain.signal }));
    plain.abort();
    expect(await second).toMatchObject({ name: 'AbortError' });
  });
});

describe('maxBytes of run', () => {
  // F32
  it('ends a child that writes more, and rejects with the first bytes', async () => {
    const error = await rejection<OutputOverflowError>(run('yes', [], { maxBytes: 5, encoding: 'utf8' }));
    expect(error).toBeInstanceOf(OutputOverflowError);
    expect(error).toMatchObject({ fd: 1, maxBytes: 5, stdout: 'y\ny\ny', stderr: '' });
  });

  it('reads on meanwhile: a child that has much to say before it ends is not killed for it', async () => {
    const script = `process.on('SIGTERM', () => {
      process.stdout.write('x'.repeat(3e6), () => process.exit(0));
    }); process.stdout.write('more than five'); process.stderr.write('more than five'); setInterval(() => {}, 1000);`;
    // Without a reader it would live for the whole grace.
    const error = await rejection(run(...node(script), { maxBytes: 5, stopGraceMs: 60_000 }));
    expect(error).toBeInstanceOf(OutputOverflowError);
  });

  it('is the reason although the time runs out while the child is being ended', async () => {
    const error = await rejection(
      run(...sh('trap "" TERM; yes; sleep 0'), { maxBytes: 5, timeoutMs: 300, stopGraceMs: 500 }),
    );
    expect(error).toBeInstanceOf(OutputOverflowError);
  });

  it('keeps head and tail with truncate, and tells how much is missing', async () => {
    const script = 'printf HEAD; head -c 20000000 /dev/zero; printf TAIL';
    const result = await run(...sh(script), { maxBytes: 8, overflow: 'truncate', encoding: 'utf8' });
    expect(result).toMatchObject({ stdout: 'HEADTAIL', truncated: { stdout: 20_000_000, stderr: 0 }, returncode: 0 });
  });

  // F32
  it('bounds the memory that 200 MB of output take', async () => {
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const result = await run('head', ['-c', '200000000', '/dev/zero'], {
      maxBytes: 1_000_000,
      overflow: 'truncate',
      onBytes: () => {
        peak = Math.max(peak, process.memoryUsage().arrayBuffers);
      },
    });
    expect([result.stdout.length, result.truncated.stdout]).toEqual([1_000_000, 199_000_000]);
    expect(peak - before).toBeLessThan(120_000_000);
  });
});

describe('run', () => {
  it('does not leave a live child after any of its failures', async () => {
    let pid = 0;
    const script = 'echo $$; exec sleep 60';
    const error = await rejection<TimeoutExpired>(run(...sh(script), { timeoutMs: 200 }));
    pid = Number(utf8(error.stdout));
    expect(pid).toBeGreaterThan(0);
    await until(() => !isAlive(pid));
  });
});
