/** Who makes which call, and what becomes of it, with threads that are moved by hand. */
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EAGAIN } from '../src/native/constants.js';
import { ColdStarts } from '../src/spawn/coldStarts.js';
import { MAX_THREADS } from '../src/spawn/startBoard.js';
import type { StartJob } from '../src/spawn/startJob.js';
import { StartThreads } from '../src/spawn/startThreads.js';
import { SimulatedThread } from './helpers/simulatedThread.js';

const ENOENT = 2;
/** How long it is between two looks for calls that are stuck. */
const TICK_MS = 15;

let log: string[];
let threads: StartThreads;
let made: SimulatedThread[];
/** Whether threads can be made. */
let possible: boolean;
let nextPid: number;

beforeEach(() => {
  log = [];
  made = [];
  possible = true;
  nextPid = 70_001;
  threads = new StartThreads(
    () => log.push('room'),
    (...given) => {
      if (!possible) {
        throw new Error('there can be no threads');
      }
      const thread = new SimulatedThread(...given);
      made.push(thread);
      return thread;
    },
  );
});

afterEach(() => {
  // Its descriptors go with the last thread.
  made.forEach((thread) => {
    thread.crash();
  });
});

/** A call of a name; `what` is the program. */
function job(name: string, what = 'program'): StartJob {
  const pid = nextPid;
  nextPid += 1;
  return {
    call: {
      addresses: [0, 0, 0, 0, 0, 0],
      pid,
      make: () => {
        log.push(`${name} made here`);
        return 0;
      },
      finish: () => pid,
    },
    what,
    onReturned: (errno, child, thread) => {
      log.push(`${name} ${errno === 0 ? child : `errno ${errno}`} ${thread === null ? 'here' : thread.number}`);
    },
  };
}

/** The first call is over, and a thread has come up. */
async function withThread(): Promise<SimulatedThread> {
  threads.start(job('first'));
  await nextTurn();
  const place = threads.start(job('second', 'another'));
  const thread = made.at(-1)!;
  thread.comeUp();
  thread.finish(thread.take());
  await told('second');
  expect(place).toBe(0);
  log.length = 0;
  return thread;
}

/**
 * Lets so many of the looks for calls that are stuck happen: a timer of the same length that is set after another one comes
 * after it, however late both are.
 */
async function looks(count: number): Promise<void> {
  for (let look = 0; look < count; look += 1) {
    await delay(TICK_MS);
  }
}

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) {
    await delay(1);
  }
}

function told(name: string): Promise<void> {
  return until(() => log.some((line) => line.startsWith(`${name} `) && !line.endsWith('made here')));
}

describe('while there is no thread', () => {
  it('the first call is made here, and asks for none', async () => {
    threads.start(job('first'));
    expect(log).toEqual(['first made here']);
    await nextTurn();
    expect(log).toEqual(['first made here', 'first 70001 here', 'room']);
    await nextTurn();
    expect(made).toEqual([]);
  });

  it('there is room for one call in each turn of the loop', async () => {
    threads.start(job('first'));
    expect(threads.hasRoom).toBe(false);
    await nextTurn();
    expect(threads.hasRoom).toBe(true);
  });

  it('a second call of the same program is made here too, while a thread comes up', async () => {
    threads.start(job('first'));
    await nextTurn();
    threads.start(job('second'));
    expect(log).toContain('second made here');
    await nextTurn();
    expect(made.length).toBe(1);
  });

  it('a call of another program waits for the thread', async () => {
    threads.start(job('first'));
    await nextTurn();
    threads.start(job('second', 'another'));
    expect(log).not.toContain('second made here');
    made[0]!.comeUp();
    made[0]!.finish(made[0]!.take());
    await told('second');
    expect(log).toContain('second 70002 0');
  });

  it('and can be none, calls are made here', async () => {
    possible = false;
    threads.start(job('first'));
    await nextTurn();
    threads.start(job('second', 'another'));
    await nextTurn();
    expect(log).toEqual(expect.arrayContaining(['second made here', 'second 70002 here']));
  });
});

describe('a thread', () => {
  it('makes the calls, in their order, and each is told once', async () => {
    const thread = await withThread();
    threads.start(job('a'));
    threads.start(job('b'));
    thread.finish(thread.take());
    thread.finish(thread.take(), ENOENT);
    await told('b');
    expect(log.filter((line) => line !== 'room')).toEqual(['a 70003 0', `b errno ${ENOENT} 0`]);
  });

  it('never comes to a call that was taken back', async () => {
    const thread = await withThread();
    const place = threads.start(job('a'));
    expect([threads.takeBack(place), threads.takeBack(place)]).toEqual([true, false]);
    expect(thread.take()).toBe(-1);
    await until(() => log.includes('room'));
    expect(log).toEqual(['room']);
  });

  it('cannot be stopped from making a call that it has come to', async () => {
    const thread = await withThread();
    const place = threads.start(job('a'));
    thread.take();
    expect(threads.takeBack(place)).toBe(false);
    thread.finish(place);
    await told('a');
    expect(log).toContain('a 70003 0');
  });

  it('keeps the children that it started until they have ended', async () => {
    const thread = await withThread();
    threads.start(job('a'));
    thread.finish(thread.take());
    await told('a');
    expect([...thread.children]).toEqual([70_002, 70_003]);
    threads.childEnded(thread, 70_003);
    expect([...thread.children]).toEqual([70_002]);
  });

  it('that ends in a call has failed it, and the others go to another thread', async () => {
    const thread = await withThread();
    const failing = job('a');
    threads.start({ ...failing, call: { ...failing.call, pid: 0 } });
    threads.start(job('b'));
    thread.take();
    thread.crash();
    const other = made.at(-1)!;
    expect(other).not.toBe(thread);
    other.comeUp();
    other.finish(other.take());
    await told('b');
    expect(log).toEqual(expect.arrayContaining([`a errno ${EAGAIN} 0`, 'b 70004 0']));
    made.shift();
  });
});

describe('a call that is stuck', () => {
  it('has a further thread made, after 50 ms at most, if others wait', async () => {
    const thread = await withThread();
    const stuck = threads.start(job('stuck'));
    thread.take();
    threads.start(job('a'));
    await looks(2);
    expect(made.length).toBe(2);
    made[1]!.comeUp();
    made[1]!.finish(made[1]!.take());
    await told('a');
    expect(log).toContain('a 70004 1');
    thread.finish(stuck);
    await told('stuck');
  });

  it('has none made while nobody waits', async () => {
    const thread = await withThread();
    const stuck = threads.start(job('stuck'));
    thread.take();
    await looks(4);
    expect(made.length).toBe(1);
    threads.start(job('a'));
    expect(made.length).toBe(2);
    thread.finish(stuck);
    thread.finish(thread.take());
    await told('a');
  });

  it('leaves the number of threads bounded', async () => {
    const thread = await withThread();
    const places = [threads.start(job('stuck 0'))];
    thread.take();
    for (let count = 1; count < MAX_THREADS; count += 1) {
      places.push(threads.start(job(`stuck ${count}`)));
      await until(() => made.length === count + 1);
      made[count]!.comeUp();
      made[count]!.take();
    }
    const waiting = threads.start(job('a'));
    await looks(4);
    expect(made.length).toBe(MAX_THREADS);
    expect(threads.takeBack(waiting)).toBe(true);
    made.forEach((runner, index) => {
      runner.finish(places[index]!);
    });
    thread.take();
    await told(`stuck ${MAX_THREADS - 1}`);
  });

  it('is broken off', async () => {
    const thread = await withThread();
    const place = threads.start(job('stuck'));
    thread.take();
    await looks(2);
    threads.breakOff(place);
    expect(thread.killed).toBe(1);
    thread.finish(place);
    await told('stuck');
  });

  it('is broken off as soon as it turns out to be stuck, if that was asked before', async () => {
    const thread = await withThread();
    const place = threads.start(job('stuck'));
    thread.take();
    threads.breakOff(place);
    expect(thread.killed).toBe(0);
    await looks(3);
    expect(thread.killed).toBeGreaterThan(0);
    thread.finish(place);
    await told('stuck');
  });

  it('is not broken off in the place of one that was', async () => {
    const thread = await withThread();
    const place = threads.start(job('a'));
    thread.take();
    threads.breakOff(place);
    thread.finish(place);
    await told('a');
    expect(threads.start(job('stuck'))).toBe(place);
    thread.take();
    await looks(4);
    expect(thread.killed).toBe(0);
    thread.finish(place);
    await told('stuck');
  });
});

describe('what has just been started', () => {
  it('may be started here again for a second', () => {
    let now = 0;
    const cold = new ColdStarts(() => now);
    expect([cold.areNone, cold.admits('a')]).toEqual([true, true]);
    cold.made('a');
    now = 999;
    expect([cold.areNone, cold.admits('a'), cold.admits('b')]).toEqual([false, true, false]);
    now = 1_001;
    expect(cold.admits('a')).toBe(false);
  });

  it('is remembered of few programs', () => {
    const cold = new ColdStarts(() => 0);
    for (let index = 0; index < 1_000; index += 1) {
      cold.made(`program ${index}`);
    }
    expect([cold.admits('program 0'), cold.admits('program 999')]).toEqual([false, true]);
  });
});
