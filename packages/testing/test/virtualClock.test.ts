import { describe, expect, it } from '@jest/globals';
import { ValueError } from '@subwire/transport';
import { nextTurn } from '../src/clock/scheduler.js';
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

describe('a clock that advances by itself while a test advances it too', () => {
  /** Sets two timers after some turns, and advances the clock after some turns; returns what happened, in order. */
  async function happened(turnsToTimers: number, turnsToAdvance: number): Promise<readonly string[]> {
    const clock = new VirtualClock({ auto: true });
    const log: string[] = [];
    const afterTurns = async (turns: number, action: () => void): Promise<void> => {
      for (let turn = 0; turn < turns; turn += 1) {
        await nextTurn();
      }
      action();
    };
    let second: Promise<void> = Promise.resolve();
    let advanced: Promise<void> = Promise.resolve();
    clock.setTimer(() => undefined, 1);
    await Promise.all([
      afterTurns(turnsToTimers, () => {
        clock.setTimer(() => void afterTurns(2, () => log.push('consequence of the first')), 200);
        second = new Promise((resolve) => {
          clock.setTimer(() => {
            log.push('second');
            resolve();
          }, 5_000);
        });
      }),
      afterTurns(turnsToAdvance, () => {
        advanced = clock.advance(210);
      }),
    ]);
    await Promise.all([second, advanced]);
    return log;
  }

  it('fires no timer before the consequences of the last one', async () => {
    for (let turnsToTimers = 0; turnsToTimers < 8; turnsToTimers += 1) {
      for (let turnsToAdvance = 0; turnsToAdvance < 8; turnsToAdvance += 1) {
        const log = await happened(turnsToTimers, turnsToAdvance);
        expect([turnsToTimers, turnsToAdvance, ...log]).toEqual([
          turnsToTimers,
          turnsToAdvance,
          'consequence of the first',
          'second',
        ]);
      }
    }
  });
});
