/** Every timeout and grace period of the high level runs on the clock of the fake: minutes pass, and nobody waits. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSubprocessExec, PIPE, run, TimeoutExpired } from '@subwire/process';
import { FakeBackend, type FakeProgram } from '@subwire/testing';

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend({ autoAdvance: true });
});

afterEach(async () => {
  await backend.dispose();
});

/** Takes no notice of a polite signal. */
const stubborn: FakeProgram = ({ on, forever }) => {
  on('SIGTERM', 'ignore');
  return forever();
};

/** Leaves its output to a descendant, and exits. */
const leavesOutput: FakeProgram = async ({ hold, stdout }) => {
  hold([1]);
  await stdout.write('mine');
};

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
}

describe('in virtual time', () => {
  it('run() times out after a minute, and kills after the grace', async () => {
    backend.expect('p').run(stubborn);
    const thrown = await failure(run('p', [], { backend, timeoutMs: 60_000, stopGraceMs: 30_000 }));
    expect(thrown).toBeInstanceOf(TimeoutExpired);
    expect(backend.clock.now()).toBe(90_000);
    expect(backend.children[0]?.receivedSignals).toEqual(['SIGTERM', 'SIGCONT', 'SIGKILL']);
  });

  it('run() lets a child that is quick enough finish', async () => {
    backend.expect('p').reply({ stdout: 'done', delayMs: 59_999 });
    const { stdout, durationMs } = await run('p', [], { backend, timeoutMs: 60_000, encoding: 'utf8' });
    expect([stdout, durationMs, backend.clock.now()]).toEqual(['done', 59_999, 59_999]);
    expect(backend.clock.pendingTimers).toBe(0);
  });

  it('stop() goes through its whole ladder', async () => {
    backend.expect('p').run(stubborn);
    const child = await createSubprocessExec('p', [], { backend });
    await backend.settle();
    expect(await child.stop({ graceMs: 120_000 })).toEqual({ returncode: -9, escalated: true });
    expect(backend.clock.now()).toBe(120_000);
  });

  it('stop() ends when the child obeys at last', async () => {
    backend.expect('p').run(({ on, sleep, exit, forever }) => {
      on('SIGTERM', async () => {
        await sleep(40_000);
        exit(3);
      });
      return forever();
    });
    const child = await createSubprocessExec('p', [], { backend });
    await backend.settle();
    expect(await child.stop({ graceMs: 120_000 })).toEqual({ returncode: 3, escalated: false });
    expect(backend.clock.now()).toBe(40_000);
  });

  it('wait() and communicate() time out, and the child goes on', async () => {
    backend.expect('p').reply({ stdout: 'late', delayMs: 200_000 });
    const child = await createSubprocessExec('p', [], { backend, stdout: PIPE });
    expect(await failure(child.wait({ timeoutMs: 60_000 }))).toBeInstanceOf(TimeoutExpired);
    expect(backend.clock.now()).toBe(60_000);
    expect(await failure(child.communicate(undefined, { timeoutMs: 60_000 }))).toBeInstanceOf(TimeoutExpired);
    expect(backend.clock.now()).toBe(120_000);
    const [stdout] = await child.communicate();
    expect(Buffer.from(stdout ?? []).toString()).toBe('late');
    expect([child.returncode, backend.clock.now()]).toEqual([0, 200_000]);
  });

  it('run() waits its grace for an output that a descendant holds', async () => {
    backend.expect('p').run(leavesOutput);
    const done = await run('p', [], { backend, drainGraceMs: 45_000, encoding: 'utf8' });
    expect([done.stdout, done.heldPipes, backend.clock.now()]).toEqual(['mine', [1], 45_000]);
  });

  it('an input that nobody reads is given up after its grace', async () => {
    backend.expect('p').run(({ hold }) => {
      hold([0]);
    });
    const child = await createSubprocessExec('p', [], { backend, stdin: PIPE, stdinGraceMs: 75_000 });
    child.stdin.write(new Uint8Array(1_000_000));
    child.stdin.close();
    expect(await failure(child.stdin.waitClosed())).toMatchObject({ code: 'EPIPE' });
    expect([child.returncode, backend.clock.now()]).toEqual([0, 75_000]);
  });
});
