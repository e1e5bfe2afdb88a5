/**
 * Pipes and socket pairs: made, given the size that was chosen, and moved out of the way.
 *
 * A socket pair is made to behave like a pipe: the direction that a pipe does not have is shut down on our end. So the child
 * cannot send through its input (EPIPE), and nothing that it left unread can turn into ECONNRESET for us while we read.
 */
import type { PipeKind } from '@subwire/transport';
import { F_SETFL, F_SETPIPE_SZ, O_CLOEXEC, O_NONBLOCK, O_RDWR, SHUT_RD, SHUT_WR } from '../native/constants.js';
import { LOWEST_OWN_FD, moveUp } from '../native/descriptors.js';
import { native } from '../native/ffi.js';
import { PIPE_SIZE_CALL, systemError } from '../native/systemErrors.js';

const pair = new Int32Array(2);

/** The kernel looks at 32 bits of a size. It refuses this one, and might accept the lower bits of a larger one. */
const REFUSED_BYTES = 0xffff_ffff;

/** What is made. */
export interface PipeShape {
  readonly kind: PipeKind;
  /** How much a pipe holds at least, in bytes; `null` for what the system gives, and for sockets. */
  readonly size: number | null;
}

const PLAIN_PIPE: PipeShape = { kind: 'pipe', size: null };

/** The two ends of a pipe. */
export interface PipeEnds {
  /** Ours, non-blocking. */
  readonly ours: number;
  /** The child's, blocking. */
  readonly childs: number;
}

/**
 * Makes a pipe or a socket pair whose ends no child inherits by itself.
 *
 * @param weWrite - Which end is ours.
 * @param lowest - Descriptors below it are needed in the child; the child's end is not among them.
 * @throws the system's error; nothing is left open.
 */
export function makePipe(weWrite: boolean, lowest: number, { kind, size }: PipeShape = PLAIN_PIPE): PipeEnds {
  const c = native();
  const result = kind === 'pipe' ? c.pipe2(pair, O_CLOEXEC) : c.socketpair(pair);
  if (result !== 0) {
    throw systemError(kind === 'pipe' ? 'pipe2' : 'socketpair', c.errno());
  }
  let ours = pair[weWrite ? 1 : 0] ?? -1;
  let childs = pair[weWrite ? 0 : 1] ?? -1;
  try {
    ours = moveUp(ours, LOWEST_OWN_FD);
    childs = moveUp(childs, lowest);
    if (size !== null && kind === 'pipe') {
      setPipeSize(ours, size);
    }
  } catch (thrown) {
    c.close(ours);
    c.close(childs);
    throw thrown;
  }
  if (kind === 'socket') {
    c.shutdown(ours, weWrite ? SHUT_RD : SHUT_WR);
    c.fcntl(ours, F_SETFL, O_NONBLOCK | O_RDWR);
  } else {
    c.fcntl(ours, F_SETFL, O_NONBLOCK | (weWrite ? 1 : 0));
  }
  return { ours, childs };
}

function setPipeSize(fd: number, size: number): void {
  const c = native();
  if (c.fcntl(fd, F_SETPIPE_SZ, Math.min(size, REFUSED_BYTES)) < 0) {
    throw systemError(PIPE_SIZE_CALL, c.errno());
  }
}
