import { ValueError } from './errors.js';
import type { BufferReceiver } from './childHandle.js';

/**
 * Copies a chunk into memory of the receiver, in as many turns as it takes.
 *
 * @throws {ValueError} if the receiver offers no room.
 * @asyncio protocols._feed_data_to_buffered_proto
 */
export function deliverBuffered(receiver: BufferReceiver, chunk: Uint8Array): void {
  let rest = chunk;
  while (rest.length > 0) {
    const room = receiver.getBuffer(rest.length);
    if (room.length === 0) {
      throw new ValueError('getBuffer() returned an empty buffer');
    }
    const part = rest.length <= room.length ? rest : rest.subarray(0, room.length);
    room.set(part);
    receiver.bufferUpdated(part.length);
    rest = rest.subarray(part.length);
  }
}
