import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ChunkQueue } from '../src/search/chunkQueue.js';
import { SeparatorSearch, toSeparators } from '../src/search/separatorSearch.js';
import { bytes, text } from './streamFakes.js';

test('a queue gives back what was put in, over thousands of chunks', () => {
  const queue = new ChunkQueue();
  const search = new SeparatorSearch(toSeparators('--'));
  let [sent, got] = ['', ''];
  for (let round = 0; round < 5000; round += 1) {
    const chunk = `${round}-`.repeat(1 + (round % 3)) + (round % 11 === 0 ? '-' : '');
    sent += chunk;
    queue.push(bytes(chunk));
    if (round > 2500 && search.find(queue)) {
      const part = text(queue.take(search.matchEnd - queue.head));
      expect(part.indexOf('--')).toBe(part.length - 2);
      got += part;
    }
  }
  while (search.find(queue)) got += text(queue.take(search.matchEnd - queue.head));
  got += text(queue.take(queue.length));
  expect(got).toBe(sent);
  expect(queue.length).toBe(0);
  expect(queue.take(0)).toHaveLength(0);
});

test('a queue behaves like one long array', () => {
  const step = fc.record({
    op: fc.constantFrom('push', 'grow', 'take', 'skip', 'copy', 'byteAt', 'first', 'clear'),
    size: fc.integer({ min: 1, max: 12 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const queue = new ChunkQueue();
      const memory = new Uint8Array(2000).map((_, index) => index);
      let [model, used]: [number[], number] = [[], 0];
      for (const { op, size } of steps) {
        const count = Math.min(size, model.length);
        switch (op) {
          case 'push':
          case 'grow': {
            const chunk = memory.subarray(used, used + size);
            used += op === 'push' ? size + 1 : size;
            if (op === 'push' || !queue.grow(chunk)) queue.push(chunk);
            model = [...model, ...chunk];
            break;
          }
          case 'take':
            expect([...queue.take(count)]).toEqual(model.splice(0, count));
            break;
          case 'skip':
            queue.skip(count);
            model.splice(0, count);
            break;
          case 'copy': {
            const view = new Uint8Array(size);
            expect(queue.copyInto(view)).toBe(count);
            expect([...view.subarray(0, count)]).toEqual(model.slice(0, count));
            break;
          }
          case 'byteAt':
            expect(queue.byteAt(size)).toBe(model[size]);
            break;
          case 'first':
            expect([...queue.peekFirst()]).toEqual(model.slice(0, queue.peekFirst().length));
            expect(queue.peekFirst().length > 0).toBe(model.length > 0);
            break;
          default:
            if (size === 12) {
              queue.clear();
              model = [];
            }
        }
        expect(queue.length).toBe(model.length);
      }
    }),
    { numRuns: 500 },
  );
});
