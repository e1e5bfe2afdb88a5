/**
 * The memory that pipes are read into, and the chunks that receivers get.
 *
 * 1. All pipes read into the same memory: it is free again before the next read begins. It is never handed out.
 * 2. A chunk is a copy in an `ArrayBuffer` of its own, exactly as long as the chunk: the receiver may keep, change or
 *    transfer it. It never comes from Node's pool.
 *
 * To copy costs less than to read into fresh memory: the source is in the processor's cache, and the chunk is as large as
 * what was read, not as what might have come.
 */

/** A short line: the loop takes less time than the calls that copy memory. */
const TINY_BYTES = 64;

let memory = new Uint8Array(0);

/** Returns the shared memory, at least `bytes` long; valid until the next call. */
export function readMemory(bytes: number): Uint8Array {
  if (memory.length < bytes) {
    memory = Buffer.allocUnsafeSlow(bytes);
  }
  return memory;
}

/** Returns the first `count` bytes of what was read as a chunk of its receiver's own. */
export function ownChunk(from: Uint8Array, count: number): Uint8Array {
  const chunk = Buffer.allocUnsafeSlow(count);
  if (count <= TINY_BYTES) {
    for (let at = 0; at < count; at += 1) {
      chunk[at] = from[at] ?? 0;
    }
  } else {
    chunk.set(count === from.length ? from : from.subarray(0, count));
  }
  return chunk;
}
