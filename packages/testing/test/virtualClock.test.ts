import { describe, expect, it } from '@jest/globals';
import { ValueError } from '@subwire/transport';
import { VirtualClock } from '../src/clock/virtualClock.js';

describe('a virtual clock', () => {
  it('fires what is due on the way, in order, and lets each have its consequences', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const note = (what: string): void => {
      log.push(`${clock.now()} ${what}`);
    };
    clock.setTimer(() => note('second'), 20);
    clock.setTimer(() => {
      note('first');
      void Promise.resolve().then(() => {
        clock.setTimer(() => note('set by the first'), 5);
      });
    }, 10);
    clock.setTimer(() => note('same moment, set later'), 20);
    clock.setTimer(() => note('too late'), 31);
    clock.setTimer(() => note('cancelled'), 1).cancel();
    await clock.advance(30);
    expect(log).toEqual(['10 first', '15 set by the first', '20 second', '20 same moment, set later']);
    expect([clock.now(), clock.pendingTimers]).toEqual([30, 1]);
  });

  it('fires at once what has no sensible delay, and never what has no end', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.setTimer(() => log.push('NaN'), NaN);
    clock.setTimer(() => log.push('-1'), -1);
    clock.setTimer(() => log.push('Infinity'), Infinity);
    await clock.advance(0);
    expect(log).toEqual(['NaN', '-1']);
    expect(await clock.advanceToNext()).toBe(false);
  });

  it('never goes back', async () => {
    const clock = new VirtualClock();
    await Promise.all([clock.advance(100), clock.advance(50)]);
    expect(clock.now()).toBe(100);
    await expect(clock.advance(-1)).rejects.toThrow(ValueError);
    await expect(clock.advance(NaN)).rejects.toThrow(ValueError);
    await expect(clock.advance(Infinity)).rejects.toThrow(ValueError);
  });

  it('goes on by itself with `auto`, through a whole chain', async () => {
    const clock = new VirtualClock({ auto: true });
    await new Promise<void>((resolve) => {
      const again = (left: number): void => {
        if (left === 0) resolve();
        else clock.setTimer(() => again(left - 1), 1_000);
      };
      again(60);
    });
    expect(clock.now()).toBe(60_000);
  });

  it('goes to the next timer', async () => {
    const clock = new VirtualClock();
    clock.setTimer(() => undefined, 70);
    expect(await clock.advanceToNext()).toBe(true);
    expect(clock.now()).toBe(70);
  });

  it('hands a throw of a timer to whoever lets time pass', async () => {
    const clock = new VirtualClock();
    clock.setTimer(() => {
      throw new Error('in the timer');
    }, 5);
    await expect(clock.advance(10)).rejects.toThrow('in the timer');
    expect(clock.now()).toBe(5);
  });
});
