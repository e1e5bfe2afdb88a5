import { describe, expect, it } from '@jest/globals';
import { ByteStore } from '../src/bytes/byteStore.js';
import { cutterFor } from '../src/bytes/chunking.js';
import { Random } from '../src/clock/random.js';
import { DrawnTasks, OrderedTasks } from '../src/clock/tasks.js';
import { Expectation } from '../src/fake/expectation.js';
import type { FakeChild } from '../src/fake/fakeChild.js';
import { makeFakeOutput } from '../src/fake/fakeOutput.js';
import { ReplayInput } from '../src/record/replayInput.js';
import type { Scheduler } from '../src/clock/scheduler.js';
import { bytes } from './helpers/started.js';
import { grownBytes, NOISE_BYTES } from './helpers/grownBytes.js';

/** Runs what is posted at once. */
const atOnce = {
  post: (_channel: object, task: () => void): void => {
    task();
  },
};

describe('a queue that never gets empty does not grow', () => {
  it('of bytes in a fake pipe', async () => {
    const store = new ByteStore();
    store.push(bytes('ab'));
    const grown = await grownBytes(() => {
      store.push(bytes('cd'));
      store.take(1);
      store.take(1);
    });
    expect(grown).toBeLessThan(NOISE_BYTES);
    expect(store.length).toBe(2);
  });

  it('of writes that wait for room in a fake pipe', async () => {
    let received = 0;
    const output = makeFakeOutput({
      scheduler: atOnce,
      capacityBytes: 1,
      cutter: cutterFor('bytes', 0),
      readInto: false,
    });
    output.on('data', () => {
      received += 1;
      output.pause();
    });
    const writes = [output.write(bytes('a')), output.write(bytes('b'))];
    const grown = await grownBytes(() => {
      writes.push(output.write(bytes('c')));
      output.resume();
      return writes.shift();
    });
    expect(grown).toBeLessThan(NOISE_BYTES);
    expect([received > 0, output.unreadBytes]).toEqual([true, 2]);
    output.close();
    await Promise.all(writes);
  });

  it('of writes that wait until a replayed child takes them', async () => {
    const nobody = { written: () => undefined, ended: () => undefined };
    const input = new ReplayInput(nobody, atOnce as unknown as Scheduler);
    let [written, flushed] = [1, 0];
    const onFlushed = (): void => {
      flushed += 1;
    };
    input.write(bytes('a'), onFlushed);
    const grown = await grownBytes(() => {
      written += 1;
      input.write(bytes('a'), onFlushed);
      input.take(written - 1);
    });
    expect(grown).toBeLessThan(NOISE_BYTES);
    expect(flushed).toBe(written - 1);
  });

  it.each([
    ['in order', () => new OrderedTasks()],
    ['drawn at random', () => new DrawnTasks(new Random(1))],
  ])('of deliveries that wait for their turn, %s', async (_how, make) => {
    const tasks = make();
    let ran = 0;
    const run = (): void => {
      ran += 1;
    };
    const channels = [{}, {}, {}];
    channels.forEach((channel) => {
      tasks.add(channel, run);
    });
    const grown = await grownBytes((index) => {
      // Some channels stay, others are new.
      tasks.add(channels[index % 4] ?? {}, run);
      tasks.take()?.();
    });
    expect(grown).toBeLessThan(NOISE_BYTES);
    expect([ran > 0, tasks.size]).toEqual([true, 3]);
  });

  it('of children that wait to be asked for, and of callers that wait for a child', async () => {
    const expectation = new Expectation({ program: 'x' });
    const child = {} as FakeChild;
    expectation.deliver(child);
    const grownChildren = await grownBytes(() => {
      expectation.deliver(child);
      return expectation.child();
    });
    await expectation.child();
    const callers = [expectation.child()];
    const grownCallers = await grownBytes(() => {
      callers.push(expectation.child());
      expectation.deliver(child);
      return callers.shift();
    });
    expectation.deliver(child);
    await Promise.all(callers);
    expect(Math.max(grownChildren, grownCallers)).toBeLessThan(NOISE_BYTES);
  });
});
