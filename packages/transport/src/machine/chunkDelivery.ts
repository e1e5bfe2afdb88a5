import type { BufferReceiver } from '../seam/childHandle.js';

/** A receiver that may pause, close, or make way for another one in the middle of a chunk. */
export interface ChunkTarget {
  /** Whether bytes may be delivered now. */
  isReading(): boolean;
  /** Whether the receiver of this moment offers memory. */
  readonly buffered: boolean;
  /**
   * Offers memory for the rest of the chunk.
   * @returns `null` if nothing may be filled after all: it failed, paused, closed, or made way for another receiver.
   */
  offer(sizeHint: number): Uint8Array | null;
  /** Takes note that bytes of the memory were filled. */
  bufferUpdated: BufferReceiver['bufferUpdated'];
  /** Takes all of the rest, without memory of its own. */
  take(chunk: Uint8Array): void;
}

/**
 * Delivers a chunk to whoever is the receiver, in as many steps as it takes, while bytes are wanted.
 *
 * @returns what is left because nobody wants it now.
 * @asyncio protocols._feed_data_to_buffered_proto
 */
export function deliverChunk(target: ChunkTarget, chunk: Uint8Array): Uint8Array | null {
  let rest = chunk;
  while (target.isReading()) {
    if (!target.buffered) {
      // A chunk is its receiver's with all of its memory, so a part is copied.
      target.take(rest === chunk ? rest : new Uint8Array(rest));
      return null;
    }
    const room = target.offer(rest.length);
    if (room === null) {
      continue;
    }
    const part = rest.length <= room.length ? rest : rest.subarray(0, room.length);
    room.set(part);
    target.bufferUpdated(part.length);
    if (part.length === rest.length) {
      return null;
    }
    rest = rest.subarray(part.length);
  }
  return rest;
}
