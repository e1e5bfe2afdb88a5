import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Outcome } from '../src/wait/outcome.js';
import { rejection } from './helpers/children.js';

describe('Outcome', () => {
  it('settles its callers in the order in which they came', async () => {
    const outcome = new Outcome<number>();
    const log: string[] = [];
    const waits = ['a', 'b', 'c'].map(async (name) => log.push(`${name}${await outcome.wait()}`));
    outcome.resolve(1);
    await Promise.all(waits);
    expect(log).toEqual(['a1', 'b1', 'c1']);
  });

  // test_proc_exited_no_invalid_state_error_on_exit_waiters
  it('settles once: the first outcome counts', async () => {
    const outcome = new Outcome<number>();
    const early = outcome.wait();
    outcome.resolve(1);
    outcome.resolve(2);
    outcome.reject(new Error('late'));
    expect([await early, await outcome.wait()]).toEqual([1, 1]);
  });

  it('rejects early and late callers with the same error', async () => {
    const outcome = new Outcome<number>();
    const early = rejection(outcome.wait());
    const error = new Error('lost');
    outcome.reject(error);
    outcome.resolve(1);
    expect([await early, await rejection(outcome.wait())]).toEqual([error, error]);
  });

  it('keeps an abort in the tick of the outcome from changing anything', async () => {
    const outcome = new Outcome<number>();
    const controller = new AbortController();
    const waiting = outcome.wait(controller.signal);
    outcome.resolve(1);
    controller.abort();
    expect(await waiting).toBe(1);
  });

  it('rejects a caller that gave up in the tick of the outcome, but before it', async () => {
    const outcome = new Outcome<number>();
    const controller = new AbortController();
    const waiting = outcome.wait(controller.signal);
    const other = outcome.wait();
    controller.abort('gave up');
    outcome.resolve(1);
    expect(await rejection(waiting)).toBe('gave up');
    expect(await other).toBe(1);
  });

  it('leaves no listener on the signal, whatever happens', async () => {
    const outcome = new Outcome<number>();
    const { signal } = new AbortController();
    const waits = [outcome.wait(signal), outcome.wait(signal)];
    expect(getEventListeners(signal, 'abort')).toHaveLength(2);
    outcome.resolve(1);
    await Promise.all(waits);
    await outcome.wait(signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
