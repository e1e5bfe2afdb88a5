/**
 * A pipe between two children: this process makes it, and reads and writes nothing.
 *
 * Both ends are blocking, as a program expects of its standard streams, and close-on-exec. A child gets a duplicate, made
 * when it is asked for; so our copies can be closed right after, and then the ends live as long as the children.
 */
import { O_CLOEXEC } from '../native/constants.js';
import { native } from '../native/ffi.js';
import { systemError } from '../native/systemErrors.js';
import { duplicate, moveUp } from './pipes.js';

const pair = new Int32Array(2);

/** An end of a pipe between two children. */
export class PosixPipeEnd {
  readonly backendName = 'posix';
  /** Whether the child that gets it reads. */
  readonly readable: boolean;
  #fd: number;

  constructor(fd: number, readable: boolean) {
    this.#fd = fd;
    this.readable = readable;
  }

  /**
   * Returns a duplicate, at `lowest` or above.
   * @throws the system's error; `EBADF` after `close()`.
   */
  duplicate(lowest: number): number {
    return duplicate(this.#fd, lowest);
  }

  close(): void {
    if (this.#fd >= 0) {
      native().close(this.#fd);
      this.#fd = -1;
    }
  }
}

/** Both ends, ours until `close()`. */
export interface JoinedPipe {
  readonly reader: PosixPipeEnd;
  readonly writer: PosixPipeEnd;
  close(): void;
}

/**
 * Makes one.
 * @throws the system's error.
 */
export function makeJoinedPipe(): JoinedPipe {
  const c = native();
  if (c.pipe2(pair, O_CLOEXEC) !== 0) {
    throw systemError('pipe2', c.errno());
  }
  const fds = [pair[0] ?? -1, pair[1] ?? -1];
  try {
    // A descriptor below 3 would be taken for a standard stream by everybody else here.
    fds.forEach((fd, index) => {
      fds[index] = moveUp(fd, 3);
    });
  } catch (thrown) {
    fds.forEach((fd) => c.close(fd));
    throw thrown;
  }
  const reader = new PosixPipeEnd(fds[0] ?? -1, true);
  const writer = new PosixPipeEnd(fds[1] ?? -1, false);
  return {
    reader,
    writer,
    close() {
      reader.close();
      writer.close();
    },
  };
}
