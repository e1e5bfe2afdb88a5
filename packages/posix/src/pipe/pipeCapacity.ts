/**
 * How much a pipe holds: more for one that is busy, because then fewer changes between two processes move the same bytes.
 *
 * 1. Beyond 64 MiB in the pipes of one user, Linux gives all new pipes of that user two pages, those of other programs
 *    included. So a few of ours get the largest size at a time, and the others a quarter of it.
 * 2. A refusal changes nothing.
 */
import { F_SETPIPE_SZ } from '../native/constants.js';
import { native } from '../native/ffi.js';

/** What a pipe holds unless it was made larger. */
export const PIPE_BYTES: number = 65_536;
/** What a busy pipe holds. */
const BUSY_PIPE_BYTES = 262_144;
/** A user without privileges may not have more. */
export const LARGEST_PIPE_BYTES: number = 1_048_576;

/** 16 MiB in all. */
const MAX_LARGEST = 16;

let largest = 0;

/**
 * Makes the pipe of a busy output larger, and tells how much it holds then.
 *
 * `giveBackOutput()` is due when it is closed.
 */
export function growOutput(fd: number): number {
  if (largest < MAX_LARGEST && grow(fd, LARGEST_PIPE_BYTES)) {
    largest += 1;
    return LARGEST_PIPE_BYTES;
  }
  return grow(fd, BUSY_PIPE_BYTES) ? BUSY_PIPE_BYTES : PIPE_BYTES;
}

/** The pipe of an output is closed that held so much. */
export function giveBackOutput(bytes: number): void {
  if (bytes === LARGEST_PIPE_BYTES) {
    largest -= 1;
  }
}

/** Makes the pipe of a busy input larger; nothing is gained from the largest size there. */
export function growInput(fd: number): void {
  grow(fd, BUSY_PIPE_BYTES);
}

function grow(fd: number, bytes: number): boolean {
  return native().fcntl(fd, F_SETPIPE_SZ, bytes) >= bytes;
}
