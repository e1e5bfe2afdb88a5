/**
 * How much a pipe holds: more for one that is busy, because then fewer changes between two processes move the same bytes.
 *
 * 1. Beyond 64 MiB in the pipes of one user, Linux gives all new pipes of that user two pages, those of other programs
 *    included. So a few of ours get the largest size at a time, and the others a quarter of it.
 * 2. A refusal changes nothing.
 */
import { F_SETPIPE_SZ } from './constants.js';
import { native } from './ffi.js';

/** What a pipe holds unless it was made larger. */
export const PIPE_BYTES: number = 65_536;
/** What a busy pipe holds. */
export const BUSY_PIPE_BYTES: number = 262_144;
/** What a pipe holds that stays busy; a user without privileges may not have more. */
export const LARGEST_PIPE_BYTES: number = 1_048_576;

/** 16 MiB in all. */
const MAX_LARGEST = 16;

let largest = 0;

/**
 * Makes a pipe larger.
 * @returns whether it was.
 */
export function growPipe(fd: number, bytes: number): boolean {
  return native().fcntl(fd, F_SETPIPE_SZ, bytes) >= bytes;
}

/**
 * Gives a pipe the largest size, if few have it.
 * @returns whether it has it; if so, `giveBackLargest()` is due when it is closed.
 */
export function growToLargest(fd: number): boolean {
  if (largest === MAX_LARGEST || !growPipe(fd, LARGEST_PIPE_BYTES)) {
    return false;
  }
  largest += 1;
  return true;
}

/** A pipe of the largest size is closed. */
export function giveBackLargest(): void {
  largest -= 1;
}
