/**
 * The memory that pipes are read into, and the chunks that receivers get.
 *
 * 1. All pipes read into the same memory: it is free again before the next read begins. It is never handed out.
 * 2. A chunk is a copy in an `ArrayBuffer` of its own, exactly as long as the chunk: the receiver may keep, change or
 *    transfer it. It never comes from Node's pool. The copy is cheap, because its source is in the processor's cache.
 * 3. What is not cheap is fresh memory: the kernel zeroes and maps it page by page. The garbage collector frees many
 *    chunks at a time, and glibc gives what is free at the end of its heap back to the system at once. So our memory is
 *    kept above the chunks: then what is free is not at the end of the heap, and the next chunks get it. Nothing of that
 *    is a setting, and other allocators do not mind.
 * 4. With the last open pipe our memory goes too, if it kept others' in the heap.
 */
import { native } from '../native/ffi.js';

/**
 * The most bytes of one read, and of a chunk: more than a pipe holds by itself, so that a short read tells that it is
 * empty. From 128 KiB on glibc would map and unmap each chunk by itself.
 */
export const READ_BYTES = 122_880;

/** A short line: the loop takes less time than the calls that copy memory. */
const TINY_BYTES = 64;
/** Smaller chunks hardly move the end of the heap. */
const LARGE_BYTES = 16_384;

let memory: Uint8Array | null = null;
let address = 0n;
let openPipes = 0;
let raised = false;

/** Returns the shared memory, `READ_BYTES` long; valid until the next chunk is made. */
export function readMemory(): Uint8Array {
  return memory ?? allocate();
}

/** Returns the first `count` bytes of the shared memory as a chunk of its receiver's own. */
export function ownChunk(count: number): Uint8Array {
  const from = readMemory();
  const chunk = Buffer.allocUnsafeSlow(count);
  if (count <= TINY_BYTES) {
    for (let at = 0; at < count; at += 1) {
      chunk[at] = from[at] ?? 0;
    }
    return chunk;
  }
  chunk.set(count === READ_BYTES ? from : from.subarray(0, count));
  if (count >= LARGE_BYTES && native().addressOf(chunk) > address) {
    // The heap had no room for the chunk and was extended: most likely it has none for a new piece of ours either.
    raise();
  }
  return chunk;
}

/** A pipe was opened; `pipeClosed()` is due. */
export function pipeOpened(): void {
  openPipes += 1;
}

export function pipeClosed(): void {
  openPipes -= 1;
  if (openPipes === 0 && raised) {
    memory = null;
    raised = false;
  }
}

function allocate(): Uint8Array {
  memory = Buffer.allocUnsafeSlow(READ_BYTES);
  address = native().addressOf(memory);
  return memory;
}

/** Puts our memory higher, if that is where the next piece lies. */
function raise(): void {
  const next = Buffer.allocUnsafeSlow(READ_BYTES);
  const nextAddress = native().addressOf(next);
  if (nextAddress > address) {
    memory = next;
    address = nextAddress;
    raised = true;
  }
}
