import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deliverChunk, type ChunkTarget } from '../src/machine/chunkDelivery.js';
import { bytes, text } from './helpers/bytes.js';

/** A target that wants everything in memory of its own, unless the test says otherwise. */
function target(over: Partial<ChunkTarget> & Pick<ChunkTarget, 'offer'>): ChunkTarget {
  return {
    isReading: () => true,
    buffered: true,
    bufferUpdated: () => undefined,
    take: () => undefined,
    ...over,
  };
}

describe('deliverChunk', () => {
  it('asks for memory with the number of bytes that are left, and reports each step', () => {
    const log: string[] = [];
    const room = new Uint8Array(4);
    const rest = deliverChunk(
      target({
        offer: (sizeHint) => {
          log.push(`get:${sizeHint}`);
          return room;
        },
        bufferUpdated: (nbytes) => {
          log.push(`updated:${nbytes}:${text(room.subarray(0, nbytes))}`);
        },
      }),
      bytes('abcdefghij'),
    );
    expect(log).toEqual(['get:10', 'updated:4:abcd', 'get:6', 'updated:4:efgh', 'get:2', 'updated:2:ij']);
    expect(rest).toBeNull();
  });

  it('stops when the receiver wants no more, and returns the rest', () => {
    const room = new Uint8Array(2);
    let steps = 0;
    const rest = deliverChunk(
      target({ offer: () => room, bufferUpdated: () => (steps += 1), isReading: () => steps < 2 }),
      bytes('abcdefg'),
    );
    expect(text(rest ?? new Uint8Array(0))).toBe('efg');
  });

  it('gives what is left to one without memory, as a chunk with memory of its own', () => {
    const room = new Uint8Array(2);
    const taken: Uint8Array[] = [];
    const changing = {
      ...target({ offer: () => room }),
      buffered: true,
      bufferUpdated: () => {
        changing.buffered = false;
      },
      take: (chunk: Uint8Array) => {
        taken.push(chunk);
      },
    };
    expect(deliverChunk(changing, bytes('abcdefg'))).toBeNull();
    expect(taken.map(text)).toEqual(['cdefg']);
    expect(taken[0]?.buffer.byteLength).toBe(5);
  });

  it('asks again when what was offered is not to be filled after all', () => {
    const rooms = [null, new Uint8Array(8)];
    expect(deliverChunk(target({ offer: () => rooms.shift() ?? null }), bytes('abc'))).toBeNull();
    expect(rooms).toEqual([]);
  });

  // test_buffered_proto_create_connection
  it('delivers the same bytes whatever the sizes of chunks and rooms', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1 })), sizes, (chunks, roomSizes) => {
        const received: number[] = [];
        let turn = 0;
        let room = new Uint8Array(0);
        const receiver = target({
          offer: (): Uint8Array => {
            room = new Uint8Array(roomSizes[turn % roomSizes.length] ?? 1);
            turn += 1;
            return room;
          },
          bufferUpdated: (nbytes: number): void => {
            received.push(...room.subarray(0, nbytes));
          },
        });
        for (const chunk of chunks) {
          deliverChunk(receiver, chunk);
        }
        expect(received).toEqual(chunks.flatMap((chunk) => [...chunk]));
      }),
    );
  });
});
