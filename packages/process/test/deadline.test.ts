import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { systemClock, ValueError } from '@subwire/transport';
import { Deadline } from '../src/wait/deadline.js';
import { createSubprocessExec } from '../src/index.js';
import { rejection } from './helpers/children.js';
import { ManualClock } from './helpers/manualClock.js';

const DAY_MS = 86_400_000;

describe('Deadline', () => {
  it('is aborted by the timeout, and tells so', () => {
    const clock = new ManualClock();
    using deadline = new Deadline({ timeoutMs: 100 }, clock);
    clock.advance(99);
    expect(deadline.signal.aborted).toBe(false);
    clock.advance(1);
    expect([deadline.signal.aborted, deadline.expired]).toEqual([true, true]);
  });

  it('is aborted by the caller with the caller’s reason, and has not expired then', () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    using deadline = new Deadline({ signal: controller.signal, timeoutMs: 100 }, clock);
    controller.abort('why');
    clock.advance(100);
    expect([deadline.signal.reason, deadline.expired]).toEqual(['why', false]);
  });

  it('starts aborted with a signal that is', () => {
    using deadline = new Deadline({ signal: AbortSignal.abort('why') }, new ManualClock());
    expect(deadline.signal.reason).toBe('why');
  });

  it('leaves neither timer nor listener', () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    {
      using deadline = new Deadline({ signal, timeoutMs: 100 }, clock);
      expect([clock.pending, getEventListeners(signal, 'abort').length]).toEqual([1, 1]);
      expect(deadline.expired).toBe(false);
    }
    expect([clock.pending, getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
  });

  it.each([Infinity, undefined])('has no timer without a limit (%s)', (timeoutMs) => {
    const clock = new ManualClock();
    using deadline = new Deadline({ timeoutMs }, clock);
    expect([clock.pending, deadline.signal.aborted]).toEqual([0, false]);
  });

  // The system's timers count 31 bits of milliseconds, and fire at once beyond.
  it.each([30 * DAY_MS, 2 ** 31, 2 ** 32 + 5])('does not expire early with a limit of %d ms', async (timeoutMs) => {
    using deadline = new Deadline({ timeoutMs }, systemClock);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(deadline.expired).toBe(false);
  });

  it('expires at its time with a limit beyond what one timer can count', () => {
    const clock = new ManualClock();
    using deadline = new Deadline({ timeoutMs: 60 * DAY_MS }, clock);
    for (let day = 0; day < 59; day += 1) {
      clock.advance(DAY_MS);
    }
    expect(deadline.expired).toBe(false);
    clock.advance(DAY_MS);
    expect([deadline.expired, clock.pending]).toEqual([true, 0]);
  });

  it.each([NaN, -1, '5' as unknown as number])('refuses a limit of %s', async (timeoutMs) => {
    expect(() => new Deadline({ timeoutMs }, systemClock)).toThrow(ValueError);
    const proc = await createSubprocessExec('true');
    expect(await rejection(proc.wait({ timeoutMs }))).toBeInstanceOf(ValueError);
    await proc.wait();
  });
});
