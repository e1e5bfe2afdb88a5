/**
 * The directory from which a child starts, or from which the given one is reached: ours, as it is at the call.
 *
 * 1. A thread makes the child, and a program may leave its directory meanwhile. So the child is led there.
 * 2. By a descriptor, because a path may be another directory's by then, and the way to it may be closed to us.
 * 3. By its path if we have left it before the turn of the child came: a descriptor for each child that waits would be too
 *    many.
 * 4. A directory that we stand in and may not enter is left to the system. So is ours on macOS, where a descriptor would
 *    have to be readable: there, who leaves it at once takes the child along.
 */
import { isAbsolutePath, type ByteString } from '@subwire/transport';
import { O_CLOEXEC, O_PATH } from '../native/constants.js';
import { native } from '../native/ffi.js';
import type { FileActions } from './posixSpawn.js';
import { systemError } from '../native/systemErrors.js';

/** Where one child starts. */
export class StartDirectory {
  readonly #given: ByteString | null;
  /** Ours at the call, `null` if it does not matter or has no path. */
  readonly #ours: string | null;
  #fd = -1;

  /** @param given - The directory that was asked for, `null` for ours. */
  constructor(given: ByteString | null) {
    this.#given = given;
    this.#ours = given !== null && isAbsolutePath(given) ? null : ownDirectory();
  }

  /**
   * Writes down how the child gets there from ours; to be done first, before any descriptor of the child is in its place.
   * @throws the system's error.
   */
  enter(actions: FileActions): void {
    if (this.#ours === null) {
      // A directory without a path: there is no other way back to it either.
      return;
    }
    if (ownDirectory() !== this.#ours) {
      actions.changeDirectory(this.#ours);
      return;
    }
    if (O_PATH === 0) {
      return;
    }
    const c = native();
    this.#fd = c.open('.', O_PATH | O_CLOEXEC);
    if (this.#fd >= 0) {
      actions.changeDirectoryByDescriptor(this.#fd);
      return;
    }
    const error = systemError('open', c.errno());
    if (error.code !== 'EACCES') {
      throw error;
    }
  }

  /** Writes down the change into the one that was asked for; to be done last, as paths of other actions are our own. */
  enterGiven(actions: FileActions): void {
    if (this.#given !== null) {
      actions.changeDirectory(this.#given);
    }
  }

  /** The child is there, or will never be. */
  close(): void {
    if (this.#fd >= 0) {
      native().close(this.#fd);
      this.#fd = -1;
    }
  }
}

/** Returns our directory, `null` if it has been removed. */
function ownDirectory(): string | null {
  try {
    return process.cwd();
  } catch (removed) {
    void removed;
    return null;
  }
}
