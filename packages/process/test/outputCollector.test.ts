import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ValueError } from '@subwire/transport';
import { checkCaptureLimits, OutputCollector } from '../src/process/outputCollector.js';
import { OutputOverflowError } from '../src/results/processErrors.js';
import { usedBytes } from './helpers/grownBytes.js';

describe('OutputCollector', () => {
  it('keeps, for any chunking, the first and the last half and counts the rest', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 });
    fc.assert(
      fc.property(chunks, fc.integer({ min: 0, max: 60 }), (parts, maxBytes) => {
        const collector = new OutputCollector(1, { maxBytes, overflow: 'truncate' });
        parts.forEach((part) => {
          collector.add(part);
        });
        const all = Buffer.concat(parts);
        const tail = Math.floor(maxBytes / 2);
        const expected =
          all.length <= maxBytes
            ? all
            : Buffer.concat([all.subarray(0, maxBytes - tail), all.subarray(all.length - tail)]);
        expect(Buffer.compare(collector.bytes(), expected)).toBe(0);
        expect(collector.droppedBytes).toBe(all.length - expected.length);
      }),
    );
  });

  it('complains once, keeps the first bytes, and counts what follows', () => {
    const collector = new OutputCollector(2, { maxBytes: 3 });
    collector.add(Buffer.from('ab'));
    expect(() => collector.add(Buffer.from('cde'))).toThrow(OutputOverflowError);
    collector.add(Buffer.from('fgh'));
    expect(Buffer.from(collector.bytes()).toString()).toBe('abc');
    expect([collector.droppedBytes, collector.totalBytes]).toEqual([5, 8]);
  });

  it('takes not many times their length for tiny chunks', () => {
    const collector = new OutputCollector(1, {});
    const count = 300_000;
    const before = usedBytes();
    for (let index = 0; index < count; index += 1) {
      collector.add(new Uint8Array(1).fill(index));
    }
    const grown = usedBytes() - before;
    // Each array of one byte alone would take more than a hundred.
    expect(grown).toBeLessThan(count * 60);
    expect(collector.bytes()).toHaveLength(count);
    expect(collector.bytes()[257]).toBe(1);
  });

  it('can be read while it grows', () => {
    const collector = new OutputCollector(1, {});
    collector.add(Buffer.from('a'));
    const early = collector.bytes();
    collector.add(Buffer.from('b'));
    expect([Buffer.from(early).toString(), Buffer.from(collector.bytes()).toString()]).toEqual(['a', 'ab']);
  });

  it.each([{ maxBytes: NaN }, { maxBytes: -1 }, { overflow: 'drop' as 'error' }])(
    'refuses limits like %j',
    (limits) => {
      expect(() => {
        checkCaptureLimits(limits);
      }).toThrow(ValueError);
    },
  );
});
