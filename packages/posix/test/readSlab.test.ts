/** Chunks belong to their receiver and keep little else alive. */
import { describe, expect, it } from '@jest/globals';
import { ReadSlab } from '../src/pipe/readSlab.js';

/** Fills the room as a read would, and takes it. */
function read(slab: ReadSlab, count: number, byte: number): Uint8Array {
  slab.room.fill(byte, 0, count);
  return slab.take(count);
}

describe('a slab of 64 KiB', () => {
  it.each([1, 128, 129, 8_191, 8_192, 40_000, 65_536])(
    'gives %d bytes away for good: later reads do not change them',
    (count) => {
      const slab = new ReadSlab(65_536);
      const chunk = read(slab, count, 1);
      for (let later = 0; later < 20; later += 1) {
        read(slab, 65_536 / 4, 2);
      }
      expect(chunk.length).toBe(count);
      expect(chunk.every((byte) => byte === 1)).toBe(true);
    },
  );

  it('copies a chunk of less than an eighth, so that the slab is not kept alive by it', () => {
    const slab = new ReadSlab(65_536);
    const { buffer } = slab.room;
    expect([8_191, 8_192].map((count) => read(slab, count, 1).buffer === buffer)).toEqual([false, true]);
  });

  it('lays large chunks side by side', () => {
    const slab = new ReadSlab(65_536);
    const [first, second] = [read(slab, 10_000, 1), read(slab, 10_000, 2)];
    expect(second.buffer).toBe(first.buffer);
    expect(second.byteOffset).toBe(first.byteOffset + 10_000);
  });

  it('begins another one when less than a quarter is left', () => {
    const slab = new ReadSlab(65_536);
    expect([49_152, 0].map((count) => (read(slab, count, 1), slab.room.length))).toEqual([16_384, 16_384]);
    read(slab, 10_000, 1);
    expect(slab.room.length).toBe(65_536);
  });
});
