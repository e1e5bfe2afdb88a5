import { ValueError } from '../contract/errors.js';
import type { BufferReceiver } from '../seam/childHandle.js';

/** A receiver that may want no more in the middle of a chunk. */
export interface PausableReceiver extends BufferReceiver {
  isReading(): boolean;
}

/**
 * Copies a chunk into memory of the receiver, in as many turns as it takes, while the receiver is reading.
 *
 * @returns what the receiver did not want yet.
 * @throws {ValueError} if the receiver offers no room.
 * @asyncio protocols._feed_data_to_buffered_proto
 */
export function deliverBuffered(receiver: PausableReceiver, chunk: Uint8Array): Uint8Array {
  let rest = chunk;
  while (rest.length > 0 && receiver.isReading()) {
    const room = receiver.getBuffer(rest.length);
    if (room.length === 0) {
      throw new ValueError('getBuffer() returned an empty buffer');
    }
    const part = rest.length <= room.length ? rest : rest.subarray(0, room.length);
    room.set(part);
    receiver.bufferUpdated(part.length);
    rest = rest.subarray(part.length);
  }
  return rest;
}
