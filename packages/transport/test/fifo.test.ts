import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Fifo } from '../src/seam/fifo.js';

describe('Fifo', () => {
  it('does what an array does, whatever is pushed, unshifted and shifted', () => {
    const call = fc.oneof(
      { weight: 3, arbitrary: fc.record({ what: fc.constant('push'), times: fc.nat(40) }) },
      { weight: 3, arbitrary: fc.record({ what: fc.constant('shift'), times: fc.nat(40) }) },
      fc.record({ what: fc.constant('unshift'), times: fc.nat(3) }),
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
            } else {
              queue.clear();
              model = [];
            }
          }
          expect([...queue]).toEqual(model);
          expect([queue.length, queue.peek()]).toEqual([model.length, model[0]]);
        }
      }),
    );
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
