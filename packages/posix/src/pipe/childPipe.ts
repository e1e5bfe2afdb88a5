/**
 * A pipe between two children: this process makes it, and reads and writes nothing.
 *
 * Both ends are blocking, as a program expects of its standard streams, and close-on-exec. A child gets a duplicate, made
 * when it is asked for; so our copies can be closed right after, and then the ends live as long as the children.
 */
import { PipeEnd, SubprocessError, systemErrorCode, ValueError, type ChildPipe } from '@subwire/transport';
import { O_CLOEXEC } from '../native/constants.js';
import { duplicate, LOWEST_OWN_FD, moveUp } from '../native/descriptors.js';
import { native } from '../native/ffi.js';
import { systemError } from '../native/systemErrors.js';

const pair = new Int32Array(2);

/** An end of a pipe between two children. */
export class PosixPipeEnd extends PipeEnd {
  override readonly backendName = 'posix';
  #fd: number;

  constructor(fd: number) {
    super();
    this.#fd = fd;
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

/**
 * Makes one.
 * @throws {SubprocessError} if there is no room for it.
 */
export function makeChildPipe(): ChildPipe {
  let fds: [number, number];
  try {
    fds = highPipe();
  } catch (cause) {
    const code = systemErrorCode(cause);
    throw new SubprocessError(code, `a pipe between two children cannot be made (${code})`, { cause });
  }
  const reader = new PosixPipeEnd(fds[0]);
  const writer = new PosixPipeEnd(fds[1]);
  return {
    reader,
    writer,
    close() {
      reader.close();
      writer.close();
    },
  };
}

/**
 * Returns an end as one that this backend has made.
 * @throws {ValueError} if another one did.
 */
export function ownEnd(end: PipeEnd): PosixPipeEnd {
  if (end instanceof PosixPipeEnd) {
    return end;
  }
  throw new ValueError(`an end of a pipe of the ${end.backendName} backend is nothing to the posix backend`);
}

/** @throws the system's error; nothing is left open. */
function highPipe(): [number, number] {
  const c = native();
  if (c.pipe2(pair, O_CLOEXEC) !== 0) {
    throw systemError('pipe2', c.errno());
  }
  const fds: [number, number] = [pair[0] ?? -1, pair[1] ?? -1];
  try {
    fds[0] = moveUp(fds[0], LOWEST_OWN_FD);
    fds[1] = moveUp(fds[1], LOWEST_OWN_FD);
  } catch (thrown) {
    fds.forEach((fd) => c.close(fd));
    throw thrown;
  }
  return fds;
}
