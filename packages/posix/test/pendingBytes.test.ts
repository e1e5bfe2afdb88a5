import { describe, expect, it } from '@jest/globals';
import { PendingBytes } from '../src/pipe/pendingBytes.js';

describe('waiting bytes', () => {
  it('come out as they went in, however they are taken', () => {
    const pending = new PendingBytes();
    const wanted: number[] = [];
    const got: number[] = [];
    let next = 0;
    for (let round = 0; round < 400; round += 1) {
      const size = (round * 7_919) % 5_000;
      const chunk = Uint8Array.from({ length: size }, () => (next = (next + 1) % 251));
      wanted.push(...chunk);
      pending.append(chunk);
      const taken = Math.min(pending.length, (round * 6_007) % 4_800);
      got.push(...pending.bytes.subarray(0, taken));
      pending.consume(taken);
      expect(pending.length).toBe(wanted.length - got.length);
    }
    got.push(...pending.bytes);
    expect(Buffer.compare(Buffer.from(got), Buffer.from(wanted))).toBe(0);
  });

  it('of two pipes are never in the same memory', () => {
    const first = new PendingBytes();
    first.append(new Uint8Array(100).fill(1));
    first.clear();
    const second = new PendingBytes();
    second.append(new Uint8Array(100).fill(2));
    first.append(new Uint8Array(100).fill(3));
    expect(new Set(second.bytes)).toEqual(new Set([2]));
    expect(new Set(first.bytes)).toEqual(new Set([3]));
    first.clear();
    first.clear();
    second.clear();
    expect([first.length, second.length, first.bytes.length]).toEqual([0, 0, 0]);
  });
});
