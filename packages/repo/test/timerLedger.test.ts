import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { TimerLedger } from '../src/timerLedger.js';

function recorded(): { ledger: TimerLedger; timers: Pick<typeof globalThis, 'setTimeout' | 'setInterval'> } {
  const timers = { setTimeout, setInterval };
  return { ledger: new TimerLedger(timers), timers };
}

describe('TimerLedger', () => {
  it('names the place that set a timer which is still active', () => {
    const { ledger, timers } = recorded();
    const timer = timers.setInterval(() => undefined, 60_000);
    const active = ledger.active();
    clearInterval(timer);
    expect(active).toHaveLength(1);
    expect(active[0]).toContain('timerLedger.test.ts');
  });

  it('forgets timers that fired, were cleared or do not keep the loop alive', async () => {
    const { ledger, timers } = recorded();
    clearTimeout(timers.setTimeout(() => undefined, 60_000));
    const loose = timers.setTimeout(() => undefined, 60_000).unref();
    await new Promise<void>((resolve) => timers.setTimeout(resolve, 1));
    expect(ledger.active()).toEqual([]);
    clearTimeout(loose);
  });

  it('keeps the promise version of setTimeout', async () => {
    const { timers } = recorded();
    expect(await promisify(timers.setTimeout)(1, 'value')).toBe('value');
  });
});
