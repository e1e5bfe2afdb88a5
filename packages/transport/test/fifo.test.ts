import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Fifo } from '../src/seam/fifo.js';
import { grownBytes, NOISE_BYTES, usedBytes } from './helpers/grownBytes.js';

describe('Fifo', () => {
  it('does what an array does, whatever is pushed, unshifted and shifted', () => {
    const call = fc.oneof(
      { weight: 3, arbitrary: fc.record({ what: fc.constant('push'), times: fc.nat(40) }) },
      { weight: 3, arbitrary: fc.record({ what: fc.constant('shift'), times: fc.nat(40) }) },
      fc.record({ what: fc.constant('unshift'), times: fc.nat(3) }),
      fc.record({ what: fc.constant('replaceLast'), times: fc.nat(2) }),
      fc.record({ what: fc.constant('clear'), times: fc.constant(1) }),
    );
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), (calls) => {
        const queue = new Fifo<number>();
        let model: number[] = [];
        let next = 0;
        for (const { what, times } of calls) {
          for (let count = 0; count < times; count += 1) {
            if (what === 'push') {
              queue.push(next);
              model.push(next++);
            } else if (what === 'unshift') {
              queue.unshift(next);
              model.unshift(next++);
            } else if (what === 'shift') {
              expect(queue.shift()).toBe(model.shift());
            } else if (what === 'replaceLast') {
              queue.replaceLast(next);
              if (model.length > 0) model[model.length - 1] = next;
              next += 1;
            } else {
              queue.clear();
              model = [];
            }
          }
          expect([...queue]).toEqual(model);
          expect([queue.length, queue.peek()]).toEqual([model.length, model[0]]);
          expect([-1, 0, 1, model.length - 1, model.length].map((index) => queue.at(index))).toEqual(
            [-1, 0, 1, model.length - 1, model.length].map((index) => model[index]),
          );
        }
      }),
    );
  });

  it('does not grow while it never gets empty, and keeps nothing that was taken out', async () => {
    const queue = new Fifo<object>();
    queue.push({});
    const grown = await grownBytes(() => {
      queue.push({});
      queue.shift();
    });
    expect(grown).toBeLessThan(NOISE_BYTES);
    expect(queue.length).toBe(1);
  });

  it('gives the memory of a burst back although it never gets empty', () => {
    const queue = new Fifo<number>();
    const before = usedBytes();
    for (let item = 0; item < 200_000; item += 1) {
      queue.push(item);
    }
    expect(usedBytes() - before).toBeGreaterThan(NOISE_BYTES);
    while (queue.length > 1) {
      queue.shift();
    }
    expect(usedBytes() - before).toBeLessThan(NOISE_BYTES);
    expect(queue.peek()).toBe(199_999);
  });

  it('gives back 200 000 in the order in which they came', () => {
    const queue = new Fifo<number>();
    for (let item = 0; item < 200_000; item += 1) {
      queue.push(item);
    }
    let sum = 0;
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      sum += item;
    }
    expect([sum, queue.length]).toEqual([(199_999 * 200_000) / 2, 0]);
  });
});
