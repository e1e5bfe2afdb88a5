import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deliverBuffered } from '../src/machine/bufferedDelivery.js';
import { bytes, text } from './helpers/bytes.js';

describe('deliverBuffered', () => {
  it('asks for memory with the number of bytes that are left, and reports each turn', () => {
    const log: string[] = [];
    const room = new Uint8Array(4);
    deliverBuffered(
      {
        getBuffer: (sizeHint) => {
          log.push(`get:${sizeHint}`);
          return room;
        },
        isReading: () => true,
        bufferUpdated: (nbytes) => {
          log.push(`updated:${nbytes}:${text(room.subarray(0, nbytes))}`);
        },
      },
      bytes('abcdefghij'),
    );
    expect(log).toEqual(['get:10', 'updated:4:abcd', 'get:6', 'updated:4:efgh', 'get:2', 'updated:2:ij']);
  });

  it('refuses a receiver without room', () => {
    const receiver = { getBuffer: () => new Uint8Array(0), bufferUpdated: () => undefined, isReading: () => true };
    expect(() => deliverBuffered(receiver, bytes('a'))).toThrow('empty buffer');
  });

  it('stops when the receiver wants no more, and returns the rest', () => {
    const room = new Uint8Array(2);
    let turns = 0;
    const rest = deliverBuffered(
      { getBuffer: () => room, bufferUpdated: () => (turns += 1), isReading: () => turns < 2 },
      bytes('abcdefg'),
    );
    expect(text(rest)).toBe('efg');
  });

  // test_buffered_proto_create_connection
  it('delivers the same bytes whatever the sizes of chunks and rooms', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1 })), sizes, (chunks, roomSizes) => {
        const received: number[] = [];
        let turn = 0;
        let room = new Uint8Array(0);
        const receiver = {
          isReading: () => true,
          getBuffer: (): Uint8Array => {
            room = new Uint8Array(roomSizes[turn % roomSizes.length] ?? 1);
            turn += 1;
            return room;
          },
          bufferUpdated: (nbytes: number): void => {
            received.push(...room.subarray(0, nbytes));
          },
        };
        for (const chunk of chunks) {
          deliverBuffered(receiver, chunk);
        }
        expect(received).toEqual(chunks.flatMap((chunk) => [...chunk]));
      }),
    );
  });
});
