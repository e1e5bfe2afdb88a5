import { describe, expect, it } from '@jest/globals';
import { PendingBytes } from '../src/pipe/pendingBytes.js';

/** Takes so many bytes, as a pipe would that has so much room. */
function take(pending: PendingBytes, count: number): number[] {
  const taken: number[] = [];
  while (taken.length < count) {
    const part = pending.bytes.subarray(0, count - taken.length);
    taken.push(...part);
    pending.consume(part.length);
  }
  return taken;
}

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
      got.push(...take(pending, Math.min(pending.length, (round * 6_007) % 4_800)));
      expect(pending.length).toBe(wanted.length - got.length);
    }
    got.push(...take(pending, pending.length));
    expect(Buffer.compare(Buffer.from(got), Buffer.from(wanted))).toBe(0);
  });

  it.each([65_536, 65_537, 262_144, 262_145, 1_000_000])('come out as they went in, a chunk of %d bytes', (size) => {
    const pending = new PendingBytes();
    const chunk = Uint8Array.from({ length: size }, (_, index) => index % 251);
    pending.append(Uint8Array.of(7));
    pending.append(chunk);
    const got: Uint8Array[] = [];
    while (pending.length > 0) {
      got.push(Uint8Array.from(pending.bytes));
      pending.consume(pending.bytes.length);
    }
    expect(Buffer.compare(Buffer.concat(got), Buffer.concat([Uint8Array.of(7), chunk]))).toBe(0);
  });

  it('never move, and take no more memory than what waits, in a queue that never gets empty', () => {
    const pending = new PendingBytes();
    const chunk = new Uint8Array(10_000);
    const memory = new Set<ArrayBufferLike>();
    for (let sent = 0; sent < 500; sent += 1) {
      pending.append(chunk);
      memory.add(pending.bytes.buffer);
      if (pending.length > 1_000_000) {
        pending.consume(Math.min(pending.bytes.length, 12_000));
      }
    }
    // 5 MB went through blocks that hold 1 MB: each is used again.
    expect(memory.size).toBeLessThan(10);
    pending.clear();
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
