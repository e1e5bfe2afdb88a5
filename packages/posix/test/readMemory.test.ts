/** Chunks belong to their receiver, with all of their memory. */
import { describe, expect, it } from '@jest/globals';
import { native } from '../src/native/ffi.js';
import { ownChunk, pipeClosed, pipeOpened, READ_BYTES, readMemory } from '../src/pipe/readMemory.js';

/** Fills the memory as a read would, and makes a chunk of it. */
function read(count: number, byte: number): Uint8Array {
  readMemory().fill(byte, 0, count);
  return ownChunk(count);
}

const SIZES = [1, 64, 65, 128, 4_096, 16_383, 16_384, 40_000, READ_BYTES];

describe('a chunk', () => {
  it.each(SIZES)('of %d bytes is not changed by later reads', (count) => {
    const chunk = read(count, 1);
    for (let later = 0; later < 20; later += 1) {
      read(READ_BYTES, 2);
    }
    expect(chunk.length).toBe(count);
    expect(chunk.every((byte) => byte === 1)).toBe(true);
  });

  it.each(SIZES)('of %d bytes has an ArrayBuffer of exactly that length', (count) => {
    const chunk = read(count, 1);
    expect([chunk.byteOffset, chunk.buffer.byteLength]).toEqual([0, count]);
    expect(chunk.buffer).not.toBe(read(count, 2).buffer);
  });

  it.each(SIZES)('of %d bytes can be transferred, and the next read has room all the same', (count) => {
    const chunk = read(count, 1);
    structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] });
    expect(chunk.length).toBe(0);
    expect(read(count, 2).length).toBe(count);
    expect(readMemory().length).toBe(READ_BYTES);
  });
});

describe('the shared memory', () => {
  it('rises with the heap and never falls, so that the heap keeps what chunks free', () => {
    pipeOpened();
    let address = native().addressOf(readMemory());
    const [first, chunks] = [address, [] as Uint8Array[]];
    // What is free below it goes first. A process that has run other tests may have a lot of that.
    let highest = 0;
    while (highest < first) {
      const filler = Buffer.allocUnsafeSlow(READ_BYTES);
      chunks.push(filler);
      highest = native().addressOf(filler);
    }
    for (let count = 0; count < 300; count += 1) {
      chunks.push(read(READ_BYTES, 1));
      const next = native().addressOf(readMemory());
      expect(next).toBeGreaterThanOrEqual(address);
      address = next;
    }
    expect(address).toBeGreaterThan(first);
    pipeClosed();
  });
});
