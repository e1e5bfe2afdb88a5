/**
 * Turns what a caller hands over into a Node stream that closes it.
 *
 * | given                          | what is read or written        | what closes the caller's descriptor             |
 * | ------------------------------ | ------------------------------ | ----------------------------------------------- |
 * | a number: pipe, socket, device | it                             | the stream                                      |
 * | a number: slave of a terminal  | one that libuv opens in its place | we, when the stream is closed                |
 * | an object with `fd`, `close()` | the same file, opened once more | its own `close()`, before `connectionMade`     |
 * | a `Socket`, a terminal stream  | it                             | the stream                                      |
 *
 * The descriptors 0 to 2 stay open, as libuv keeps them: the next file to be opened would take the place of the input, the
 * output or the errors of this process.
 */
import { closeSync, constants, createReadStream, createWriteStream, fstatSync, openSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { isatty, ReadStream, WriteStream } from 'node:tty';
import { SubprocessError, systemErrorCode, ValueError } from '../contract/errors.js';

/** A `FileHandle`, as far as it is needed. */
export interface OwnedFile {
  readonly fd: number;
  close(): Promise<void>;
}

/** Device number of `/dev/ptmx` on Linux: to open it again makes another terminal. */
const PTMX = 0x502;

/** Returns a stream that reads what was given, and is its owner. */
export async function readableOf(pipe: number | OwnedFile | Socket): Promise<Readable> {
  if (pipe instanceof Socket) {
    return usable(pipe);
  }
  return taken(pipe, constants.O_RDONLY, (fd, kind) => {
    switch (kind) {
      case 'terminal':
        return closingBoth(new ReadStream(fd), fd);
      case 'device':
        return createReadStream('', { fd });
      case 'pipe':
        return new Socket({ fd, readable: true, writable: false });
    }
  });
}

/** Returns a stream that writes to what was given, and is its owner. */
export async function writableOf(pipe: number | OwnedFile | Socket): Promise<Writable> {
  if (pipe instanceof Socket) {
    return usable(pipe);
  }
  return taken(pipe, constants.O_WRONLY, (fd, kind) => {
    switch (kind) {
      case 'terminal':
        return closingBoth(new WriteStream(fd), fd);
      case 'device':
        return createWriteStream('', { fd });
      case 'pipe': {
        const readable = fstatSync(fd).isSocket();
        return new Socket({ fd, readable, writable: true, allowHalfOpen: true });
      }
    }
  });
}

/** A socket that is closed emits nothing any more; waiting for its end would be for ever. */
function usable(socket: Socket): Socket {
  if (socket.destroyed) {
    throw new ValueError('the socket is closed');
  }
  return socket;
}

type PipeKind = 'pipe' | 'terminal' | 'device';

async function taken<S extends Readable | Writable>(
  pipe: number | OwnedFile,
  mode: number,
  make: (fd: number, kind: PipeKind) => S,
): Promise<S> {
  const given = typeof pipe === 'number' ? pipe : pipe.fd;
  if (!Number.isInteger(given) || given < 0 || (typeof pipe !== 'number' && typeof pipe.close !== 'function')) {
    throw new TypeError('pipe must be a descriptor, a FileHandle, a socket or a terminal');
  }
  const stats = statOf(given);
  const kind = pipeKind(given, stats);
  if (typeof pipe === 'number') {
    return made(() => make(given, kind));
  }
  const stream = reopened(given, stats, mode, (fd) => make(fd, kind));
  try {
    await pipe.close();
  } catch (thrown) {
    stream.destroy();
    throw failure('the descriptor cannot be closed', thrown);
  }
  return stream;
}

function statOf(fd: number): Stats {
  try {
    return fstatSync(fd);
  } catch (thrown) {
    throw failure('the descriptor is not open', thrown);
  }
}

function pipeKind(fd: number, stats: Stats): PipeKind {
  if (stats.isFIFO() || stats.isSocket()) {
    return 'pipe';
  }
  if (stats.isCharacterDevice()) {
    return isatty(fd) ? 'terminal' : 'device';
  }
  throw new ValueError('only pipes, sockets and character devices can be connected');
}

/**
 * A `FileHandle` closes its descriptor when it is collected and cannot be told not to, and Node cannot duplicate one: so the
 * file is opened once more, by its name among our descriptors.
 */
function reopened<S>(given: number, stats: Stats, mode: number, make: (fd: number) => S): S {
  const refusal = 'what this object holds cannot be opened once more; give its descriptor as a number';
  if (process.platform === 'linux' && stats.isCharacterDevice() && stats.rdev === PTMX) {
    throw new ValueError(refusal);
  }
  let fd: number;
  try {
    fd = openSync(`/dev/fd/${given}`, mode | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (cause) {
    // A socket, a FIFO that nobody reads, a file that we may no longer open.
    throw new ValueError(refusal, { cause });
  }
  try {
    return made(() => make(fd));
  } catch (thrown) {
    closeSync(fd);
    throw thrown;
  }
}

function made<S>(make: () => S): S {
  try {
    return make();
  } catch (thrown) {
    throw failure('the pipe cannot be connected', thrown);
  }
}

/** libuv opens a terminal's slave once more, in order not to change the mode of others, and closes only its own descriptor. */
function closingBoth<S extends ReadStream | WriteStream>(stream: S, fd: number): S {
  const { _handle: handle } = stream as { _handle?: { readonly fd?: unknown } };
  const own = handle?.fd;
  if (typeof own === 'number' && own !== fd && fd > 2) {
    stream.once('close', () => {
      closeSync(fd);
    });
  }
  return stream;
}

function failure(what: string, cause: unknown): SubprocessError {
  // Errors of Node's own carry the system's code in `info`.
  const info: unknown = typeof cause === 'object' && cause !== null && 'info' in cause ? cause.info : cause;
  const code = systemErrorCode(info);
  return new SubprocessError(code, `${what} (${code})`, { cause });
}
