/**
 * Lets the C library keep the memory of large chunks that the garbage collector frees.
 *
 * glibc takes each piece from 128 KiB on from the system by itself, and gives what is free at the end of its heap back from
 * as little on. Then every page of the next chunk is zeroed and mapped anew, which takes longer than to copy it from the pipe.
 *
 * glibc raises both limits when a large piece is freed, up to 32 MiB (`mallopt(3)`, M_MMAP_THRESHOLD). Most programs
 * that work with large pieces come to it sooner or later; this does so at once. The piece is never touched, so it takes
 * an address range and no memory. The price: up to twice as much may stay with this process after a burst.
 */
import { native } from '../native/ffi.js';

/** The largest that counts. */
const PIECE_BYTES = 32 * 1_048_576 - 65_536;

let done = false;

/** Has an effect once. A program that has set the limits by itself keeps its own. */
export function keepFreedMemory(): void {
  if (!done) {
    done = true;
    const c = native();
    // macOS has another allocator. No memory is no reason to stop: the limits stay as they are.
    if (c.system.platform === 'linux') {
      c.system.free(c.system.malloc(PIECE_BYTES));
    }
  }
}
