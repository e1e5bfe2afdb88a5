import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { SpawnQueue, type SpawnJob } from '../src/spawn/spawnQueue.js';

/** A queue with room for so many at a time; a job that fails takes no room. */
class Room {
  readonly log: string[] = [];
  readonly queue = new SpawnQueue(() => this.#used < this.#most);
  readonly #most: number;
  #used = 0;

  constructor(most: number) {
    this.#most = most;
  }

  push(name: string, fails = false): void {
    this.queue.push({
      start: () => {
        this.log.push(name);
        this.#used += fails ? 0 : 1;
      },
    });
  }

  oneEnds(): void {
    this.#used -= 1;
    this.queue.startMore();
  }
}

describe('the queue', () => {
  it('starts as many as there is room for, the others in their order', () => {
    const room = new Room(2);
    ['a', 'b', 'c', 'd'].forEach((name) => {
      room.push(name);
    });
    expect(room.log).toEqual(['a', 'b']);
    room.oneEnds();
    expect(room.log).toEqual(['a', 'b', 'c']);
    room.oneEnds();
    expect(room.log).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is not held up by jobs that fail at once', () => {
    const room = new Room(1);
    room.push('first');
    for (let count = 0; count < 5; count += 1) {
      room.push('failing', true);
    }
    room.push('last');
    room.oneEnds();
    expect(room.log).toEqual(['first', ...Array<string>(5).fill('failing'), 'last']);
    room.oneEnds();
    room.push('later');
    expect(room.log.at(-1)).toBe('later');
  });

  it('gives the loop a turn after a few milliseconds of starting', async () => {
    const log: string[] = [];
    let hasRoom = false;
    const queue = new SpawnQueue(() => hasRoom);
    const slow: SpawnJob = {
      start: () => {
        const end = performance.now() + 3;
        while (performance.now() < end);
        log.push('slow');
      },
    };
    for (let count = 0; count < 6; count += 1) {
      queue.push(slow);
    }
    hasRoom = true;
    queue.startMore();
    expect(log.length).toBeLessThan(4);
    while (log.length < 6) {
      await nextTurn();
    }
  });
});
