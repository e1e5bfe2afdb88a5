/** Descriptors out of the way of others. */
import { F_DUPFD_CLOEXEC } from './constants.js';
import { native } from './ffi.js';
import { systemError } from './systemErrors.js';

/** A descriptor below it would be taken for a standard stream by everybody else here. */
export const LOWEST_OWN_FD = 3;

/**
 * Returns the descriptor, or if it is below `lowest` a duplicate that is not, close-on-exec, in its place.
 * @throws the system's error; the descriptor is open then.
 */
export function moveUp(fd: number, lowest: number): number {
  if (fd >= lowest) {
    return fd;
  }
  const moved = duplicate(fd, lowest);
  native().close(fd);
  return moved;
}

/**
 * Duplicates a descriptor, close-on-exec, at `lowest` or above.
 * @throws the system's error.
 */
export function duplicate(fd: number, lowest: number): number {
  const c = native();
  const copy = c.fcntl(fd, F_DUPFD_CLOEXEC, lowest);
  if (copy < 0) {
    throw systemError('fcntl', c.errno());
  }
  return copy;
}
