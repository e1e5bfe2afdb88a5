/** `Process` over object literals: it needs nothing of a transport but its public contract. */
import { describe, expect, it } from '@jest/globals';
import { SubprocessError, systemClock, TransportLostError } from '@subwire/transport';
import { rejection, utf8 } from './helpers/children.js';
import { handMade } from './helpers/handMade.js';
import { ManualClock } from './helpers/manualClock.js';

const LOST = new TransportLostError('the link died', { phase: 'running', mayStillRun: true });

describe('a Process over a hand-made transport', () => {
  it('has the streams for which there are pipe transports', () => {
    const full = handMade().process;
    expect([full.stdin, full.stdout, full.stderr].map((stream) => stream !== null)).toEqual([true, true, true]);
    const bare = handMade({ stdin: false, outputs: [2] }).process;
    expect([bare.stdin, bare.stdout, bare.stderr].map((stream) => stream !== null)).toEqual([false, false, true]);
    expect([...handMade({ outputs: [1, 3], stream: { extraFds: [3] } }).process.outputs.keys()]).toEqual([1, 3]);
  });

  it('may have no pid', () => {
    const { process } = handMade({ pid: null });
    expect([process.pid, String(process)]).toEqual([null, '<Process without pid>']);
  });

  it('writes, reads, signals and waits', async () => {
    const child = handMade();
    child.process.stdin?.write('in');
    child.data(1, 'out');
    child.process.sendSignal('SIGHUP', 'group');
    child.process.terminate();
    child.process.kill();
    expect(child.written()).toBe('in');
    expect(utf8((await child.process.stdout?.read(10)) ?? null)).toBe('out');
    expect(child.calls).toEqual(['signal SIGHUP group', 'signal SIGTERM', 'signal SIGKILL']);
    child.exit(3);
    expect([child.process.returncode, await child.process.wait()]).toEqual([3, 3]);
  });

  // F25, §3.8
  it('resolves wait at the exit and asks for the close once the outputs are over too', async () => {
    const child = handMade();
    const waiting = child.process.wait();
    child.exit(0);
    expect(await waiting).toBe(0);
    child.lose(1);
    expect(child.calls).not.toContain('child.close');
    child.lose(2);
    expect(child.calls).toContain('child.close');
  });

  it('can be waited for in the very tick of the exit, before and after it', async () => {
    const child = handMade();
    const before = child.process.wait();
    child.exit(9);
    const after = child.process.wait();
    expect(await Promise.all([before, after])).toEqual([9, 9]);
  });

  it('settles in order: the return code, then the waits in the order of the calls, then what comes later', async () => {
    const child = handMade();
    const log: string[] = [];
    void child.process.wait().then((code) => log.push(`first ${code} ${child.process.returncode}`));
    void child.process.wait({ timeoutMs: 1_000 }).then((code) => log.push(`limited ${code}`));
    void child.process.wait().then((code) => log.push(`second ${code}`));
    child.exit(1);
    log.push(`returncode ${child.process.returncode}`);
    await new Promise((resolve) => setImmediate(resolve));
    expect([log[0], log[1], [...log].sort()]).toEqual([
      'returncode 1',
      'first 1 1',
      ['first 1 1', 'limited 1', 'returncode 1', 'second 1'],
    ]);
    expect(log.indexOf('first 1 1')).toBeLessThan(log.indexOf('second 1'));
  });

  it('reads to the end in communicate', async () => {
    const child = handMade();
    const talking = child.process.communicate('hello');
    child.data(1, 'a');
    child.data(2, 'b');
    child.lose(1);
    child.exit(0);
    child.lose(2);
    const [stdout, stderr] = await talking;
    expect([utf8(stdout), utf8(stderr), child.written()]).toEqual(['a', 'b', 'hello']);
    expect(child.calls).toContain('0.close');
  });

  it('rejects communicate with the error of an output, and lets the other one be read on', async () => {
    const child = handMade();
    const failed = rejection(child.process.communicate());
    const broken = new SubprocessError('EIO', 'broken');
    child.data(2, 'kept');
    await Promise.resolve();
    child.lose(1, broken);
    expect(await failed).toBe(broken);
    child.data(2, ' too');
    child.lose(2);
    child.exit(0);
    expect(await rejection(child.process.communicate())).toBe(broken);
    expect(child.process.stdout?.exception()).toBe(broken);
  });
});

describe('a Process whose link is lost', () => {
  it('has no return code, and everything that waits rejects with the loss', async () => {
    const child = handMade();
    const { process } = child;
    const waits = [
      process.wait(),
      process.wait({ timeoutMs: 1_000 }),
      process.communicate(),
      process.stdin?.waitClosed() ?? Promise.resolve(),
    ].map((promise) => rejection(promise));
    for (const fd of [0, 1, 2]) {
      child.lose(fd, LOST);
    }
    child.finish(LOST);
    expect(await Promise.all(waits)).toEqual([LOST, LOST, LOST, LOST]);
    expect(process.returncode).toBeNull();
    expect(await rejection(process.wait())).toBe(LOST);
    expect(await rejection(process.communicate())).toBe(LOST);
    expect(await rejection(process.stdin?.drain() ?? Promise.resolve())).toBe(LOST);
  });

  it('stops without an invented status, and without a claim to have killed it', async () => {
    const child = handMade({
      onSignal: () => {
        throw LOST;
      },
    });
    child.finish(LOST);
    expect(await child.process.stop()).toEqual({ returncode: null, escalated: false });
    await child.process[Symbol.asyncDispose]();
  });

  it('does not hang although the connection ends without a word about the child', async () => {
    const child = handMade();
    const waiting = rejection(child.process.wait());
    child.finish(null);
    expect(await waiting).toMatchObject({ code: 'ERR_TRANSPORT_LOST', mayStillRun: true });
    const other = handMade();
    const reason = new SubprocessError('EIO', 'broken');
    other.finish(reason);
    expect(await rejection(other.process.wait())).toBe(reason);
  });

  it('does not take an exit without a return code for success', async () => {
    const child = handMade();
    const waiting = rejection(child.process.wait());
    child.protocol.processExited();
    expect(await waiting).toMatchObject({ code: 'ERR_STREAM_STATE' });
  });
});

describe('a child that cannot be ended', () => {
  // F62
  it('does not keep stop(): the report says so', async () => {
    const clock = new ManualClock();
    const child = handMade({ clock, process: { stopGraceMs: 100 } });
    const stopping = child.process.stop();
    await advance(clock, 100);
    expect(child.calls).toEqual(['signal SIGTERM', 'signal SIGCONT', 'signal SIGKILL']);
    await advance(clock, 5_000);
    expect(await stopping).toEqual({ returncode: null, escalated: true });
    expect(clock.pending).toBe(0);
  });

  it('does not keep a dispose', async () => {
    const clock = new ManualClock();
    const child = handMade({ clock, process: { stopGraceMs: 100 } });
    const disposing = child.process[Symbol.asyncDispose]();
    await advance(clock, 100);
    await advance(clock, 5_000);
    await advance(clock, 5_000);
    await disposing;
    expect(child.calls).toContain('child.close');
    expect(clock.pending).toBe(0);
  });

  it('is not said to be killed if it may not be signalled', async () => {
    const clock = new ManualClock();
    const onSignal = (): void => {
      throw new SubprocessError('EPERM', 'not ours');
    };
    const child = handMade({ clock, onSignal });
    const stopping = child.process.stop({ graceMs: 10 });
    await advance(clock, 10);
    expect(await stopping).toEqual({ returncode: null, escalated: false });
  });
});

it('takes the system clock where the transport has none', async () => {
  const child = handMade();
  expect(await rejection(child.process.wait({ timeoutMs: 1 }))).toMatchObject({ code: 'ERR_TIMEOUT_EXPIRED' });
  expect(systemClock.now()).toBeGreaterThan(0);
});

/** Moves the clock once whatever is due to set timers has done so. */
async function advance(clock: ManualClock, ms: number): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(ms);
  await new Promise((resolve) => setImmediate(resolve));
}
