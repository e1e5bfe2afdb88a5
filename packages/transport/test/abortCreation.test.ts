/** The `signal` option, at every stage of a creation; decision 7 of the design. */
import { describe, expect, it } from '@jest/globals';
import { SpawnError } from '../src/contract/errors.js';
import { subprocessExec } from '../src/subprocessExec.js';
import { ManualClock } from './helpers/manualClock.js';
import { RecordingProtocol, settle } from './helpers/recordingProtocol.js';
import { StubBackend, StubChild } from './helpers/stubChild.js';

interface Creation {
  readonly child: StubChild;
  readonly protocol: RecordingProtocol;
  readonly backend: StubBackend;
  readonly clock: ManualClock;
  readonly controller: AbortController;
  readonly reason: Error;
  readonly outcome: Promise<unknown>;
  /** What became of it: `null` while it is open. */
  settled: string | null;
}

function create(prepare: (creation: Omit<Creation, 'outcome'>) => void = () => undefined): Creation {
  const child = new StubChild();
  const clock = new ManualClock();
  const controller = new AbortController();
  const state = {
    child,
    protocol: new RecordingProtocol(),
    backend: new StubBackend(child, {}, clock),
    clock,
    controller,
    reason: new Error('changed my mind'),
    settled: null as string | null,
  };
  prepare(state);
  const factory = (): RecordingProtocol => {
    state.protocol.hooks.get('factory')?.();
    return state.protocol;
  };
  const { backend } = state;
  const outcome = subprocessExec(factory, 'stub', [], { backend, signal: controller.signal });
  outcome.then(
    () => (state.settled = 'resolved'),
    () => (state.settled = 'rejected'),
  );
  return Object.assign(state, { outcome });
}

describe('aborting a creation', () => {
  it('before it began starts nothing and does not call the factory', async () => {
    let called = false;
    const { backend, outcome, reason } = create(({ controller, protocol, reason: why }) => {
      controller.abort(why);
      protocol.hooks.set('factory', () => (called = true));
    });
    await expect(outcome).rejects.toBe(reason);
    expect(called).toBe(false);
    expect(backend.requests).toEqual([]);
  });

  it('inside the factory starts nothing', async () => {
    const { backend, outcome, reason } = create(({ controller, protocol, reason: why }) => {
      protocol.hooks.set('factory', () => {
        controller.abort(why);
      });
    });
    await expect(outcome).rejects.toBe(reason);
    expect(backend.requests).toEqual([]);
  });

  it('inside spawn() of the backend counts as well', async () => {
    const child = new StubChild({ stdin: false, outputs: [] });
    const controller = new AbortController();
    const backend = new StubBackend(() => {
      controller.abort('mine');
      return child;
    });
    const creation = subprocessExec(() => new RecordingProtocol(), 'stub', [], { backend, signal: controller.signal });
    child.started();
    expect(child.kills).toEqual(['SIGKILL']);
    child.exited(-9);
    await expect(creation).rejects.toBe('mine');
  });

  it('between spawn() and the start kills as soon as there is a process, and rejects once it is reaped', async () => {
    const creation = create();
    const { child, controller, reason, outcome, protocol, clock } = creation;
    controller.abort(reason);
    expect(child.kills).toEqual([]);
    child.started();
    expect(child.kills).toEqual(['SIGKILL']);
    expect([child.input.calls, child.output(1).calls]).toEqual([['destroy'], ['close']]);
    await settle();
    expect(creation.settled).toBeNull();
    child.finishPipes();
    child.exited(-9);
    await expect(outcome).rejects.toBe(reason);
    await settle();
    expect(protocol.lines).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('rejects with the reason also if the start fails after the abort', async () => {
    const { child, controller, reason, outcome, clock } = create();
    controller.abort(reason);
    child.emit('error', new SpawnError('ENOENT', { stage: 'exec', program: 'stub', path: null, reason: 'no' }));
    await expect(outcome).rejects.toBe(reason);
    expect([child.kills, clock.pending]).toEqual([[], 0]);
  });

  it('inside connectionMade gives the protocol all the callbacks that are due before it rejects', async () => {
    const creation = create(({ controller, protocol, reason }) => {
      protocol.hooks.set('made', () => {
        controller.abort(reason);
      });
    });
    const { child, outcome, protocol, reason, clock } = creation;
    child.started();
    await settle();
    expect([child.kills, creation.settled]).toEqual([['SIGKILL'], null]);
    child.finishPipes();
    child.exited(-9);
    await expect(outcome).rejects.toBe(reason);
    expect(protocol.lines).toEqual(['made', 'lost:0', 'lost:1', 'lost:2', 'exited', 'lost']);
    expect(clock.pending).toBe(0);
  });

  it('inside the last callback of a very short life rejects at once', async () => {
    const { child, outcome, protocol, reason, clock } = create(({ controller, protocol: recording, reason: why }) => {
      recording.hooks.set('lost', () => {
        controller.abort(why);
      });
    });
    child.started();
    child.finishPipes();
    child.exited(0);
    await expect(outcome).rejects.toBe(reason);
    expect(protocol.lines).toEqual(['made', 'lost:0', 'lost:1', 'lost:2', 'exited', 'lost']);
    expect([child.kills, clock.pending]).toEqual([[], 0]);
  });

  it('in the same tick as the start counts as during it', async () => {
    const { child, controller, reason, outcome } = create();
    child.started();
    controller.abort(reason);
    child.finishPipes();
    child.exited(-9);
    await expect(outcome).rejects.toBe(reason);
    expect(child.kills).toEqual(['SIGKILL']);
  });

  it('after it has no effect', async () => {
    const { child, controller, outcome, protocol } = create();
    child.started();
    await outcome;
    controller.abort(new Error('too late'));
    await settle();
    expect(child.kills).toEqual([]);
    expect(protocol.lines).toEqual(['made']);
  });

  it('does not wait for ever for a child that the system cannot end', async () => {
    const { child, controller, reason, outcome, clock } = create();
    controller.abort(reason);
    child.started();
    clock.advance(5_000);
    await expect(outcome).rejects.toBe(reason);
  });

  it('rejects with whatever the reason is', async () => {
    const { child, controller, outcome } = create();
    controller.abort('a text');
    child.started();
    child.finishPipes();
    child.exited(-9);
    await expect(outcome).rejects.toBe('a text');
  });
});
