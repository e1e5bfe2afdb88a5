import { closeSync, readSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { makePipe } from '../src/pipe/pipes.js';
import { BROKEN, HUNG_UP, Poller, READABLE, WRITABLE } from '../src/loop/poller.js';

function pipe(): readonly [read: number, write: number] {
  const { ours, childs } = makePipe(false, 3);
  return [ours, childs];
}

describe('the selector', () => {
  it('tells of bytes, of room and of both kinds of close', async () => {
    const poller = new Poller();
    const [read, write] = pipe();
    const events: [string, number][] = [];
    const reading = poller.add(read, READABLE, { onReady: (seen) => events.push(['read', seen]) });
    writeSync(write, 'x');
    await delay(5);
    expect(events[0]).toEqual(['read', READABLE]);
    readSync(read, Buffer.alloc(1));
    const writing = poller.add(write, WRITABLE, { onReady: (seen) => events.push(['write', seen]) });
    await delay(5);
    expect(events.at(-1)).toEqual(['write', WRITABLE]);
    poller.modify(writing, 0);
    poller.remove(reading);
    closeSync(read);
    await delay(5);
    expect((events.at(-1)?.[1] ?? 0) & BROKEN).toBe(BROKEN);
    poller.remove(writing);
    closeSync(write);
    const [other, end] = pipe();
    closeSync(end);
    const slot = poller.add(other, READABLE, { onReady: (seen) => events.push(['end', seen]) });
    await delay(5);
    expect((events.at(-1)?.[1] ?? 0) & HUNG_UP).toBe(HUNG_UP);
    poller.remove(slot);
    closeSync(other);
    await delay(60);
  });

  it('tells nothing of what was removed in the same batch', async () => {
    const poller = new Poller();
    const pipes = [pipe(), pipe(), pipe()];
    const seen: number[] = [];
    const slots = pipes.map(([read], index) =>
      poller.add(read, READABLE, {
        onReady: () => {
          seen.push(index);
          slots.forEach((slot) => {
            poller.remove(slot);
          });
        },
      }),
    );
    pipes.forEach(([, write]) => writeSync(write, 'x'));
    await delay(10);
    expect(seen).toHaveLength(1);
    pipes.flat().forEach(closeSync);
    await delay(60);
  });

  it('tries what was ready alone, and keeps nobody waiting for it', async () => {
    const poller = new Poller();
    const [[busy, feed], [calm, word]] = [pipe(), pipe()];
    const seen: string[] = [];
    const slots = [
      // Never emptied, so that there is always something to do.
      poller.add(busy, READABLE, { onReady: () => seen.push('told'), tryNow: () => seen.push('tried') > 0 }),
      poller.add(calm, READABLE, { onReady: () => seen.push('calm') }),
    ];
    writeSync(feed, 'x');
    while (seen.length < 9) {
      await nextTurn();
    }
    expect(seen.slice(0, 9)).toEqual(['told', 'tried', 'tried', 'tried', 'told', 'tried', 'tried', 'tried', 'told']);
    const before = seen.length;
    writeSync(word, 'x');
    while (!seen.includes('calm')) {
      await nextTurn();
    }
    expect(seen.indexOf('calm') - before).toBeLessThanOrEqual(5);
    slots.forEach((slot) => {
      poller.remove(slot);
    });
    [busy, feed, calm, word].forEach(closeSync);
    await delay(60);
  });

  it('outlives thousands of registrations, in every order', async () => {
    const poller = new Poller();
    let events = 0;
    for (let round = 0; round < 40; round += 1) {
      const pipes = Array.from({ length: 50 }, pipe);
      const slots = pipes.map(([read]) => poller.add(read, READABLE, { onReady: () => (events += 1) }));
      pipes.forEach(([, write], index) => {
        if (index % 2 === 0) {
          writeSync(write, 'x');
        }
      });
      await nextTurn();
      slots.forEach((slot, index) => {
        if (index % 3 !== 0) {
          poller.remove(slot);
          poller.remove(slot);
        }
      });
      slots.forEach((slot, index) => {
        if (index % 3 === 0) {
          poller.remove(slot);
        }
      });
      pipes.flat().forEach(closeSync);
      if (round % 10 === 0) {
        // Long enough for the selector to close itself, and to open again.
        await delay(50);
      }
    }
    expect(events).toBeGreaterThan(0);
    await delay(60);
  });
});
