import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { SpawnQueue, type SpawnJob } from '../src/spawn/spawnQueue.js';

class Job implements SpawnJob {
  readonly name: string;
  readonly log: string[];
  readonly fails: boolean;
  done: () => void = () => undefined;

  constructor(name: string, log: string[], fails = false) {
    this.name = name;
    this.log = log;
    this.fails = fails;
  }

  start(done: () => void): boolean {
    this.log.push(this.name);
    this.done = done;
    return !this.fails;
  }
}

describe('the queue', () => {
  it('starts as many as may be under way at once, the others in their order', () => {
    const log: string[] = [];
    const queue = new SpawnQueue(2);
    const jobs = ['a', 'b', 'c', 'd'].map((name) => new Job(name, log));
    jobs.forEach((job) => {
      queue.push(job);
    });
    expect(log).toEqual(['a', 'b']);
    jobs[1]?.done();
    expect(log).toEqual(['a', 'b', 'c']);
    jobs[0]?.done();
    expect(log).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is not held up by jobs that fail at once', async () => {
    const log: string[] = [];
    const queue = new SpawnQueue(1);
    const first = new Job('first', log);
    queue.push(first);
    for (let count = 0; count < 5; count += 1) {
      queue.push(new Job('failing', log, true));
    }
    const last = new Job('last', log);
    queue.push(last);
    first.done();
    await nextTurn();
    expect(log).toEqual(['first', ...Array<string>(5).fill('failing'), 'last']);
    last.done();
    queue.push(new Job('later', log));
    expect(log.at(-1)).toBe('later');
  });

  it('gives the loop a turn after a few milliseconds of starting', async () => {
    const log: string[] = [];
    const queue = new SpawnQueue(1);
    const first = new Job('first', log);
    queue.push(first);
    const slow = (): SpawnJob => ({
      start(): boolean {
        const end = performance.now() + 3;
        while (performance.now() < end);
        log.push('slow');
        return false;
      },
    });
    for (let count = 0; count < 6; count += 1) {
      queue.push(slow());
    }
    first.done();
    expect(log.length).toBeLessThan(4);
    while (log.length < 7) {
      await nextTurn();
    }
  });
});
