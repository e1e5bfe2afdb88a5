import { closeSync, constants, createReadStream, createWriteStream, fstatSync, openSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { isatty, ReadStream, WriteStream } from 'node:tty';
import type { BaseProtocol } from './contract/base.js';
import { reportAsUncaught, type CallbackErrorReporter } from './contract/callbackErrors.js';
import { CallbackQueue } from './machine/callbackQueue.js';
import type { ReadPipeHandle, WritePipeHandle } from './seam/childHandle.js';
import { ValueError } from './contract/errors.js';
import { NodeReadPipe } from './node/nodePipes.js';
import { NodeWritePipe } from './node/nodeWritePipe.js';
import { ownOptions } from './options/ownOptions.js';
import type { BufferedProtocol, Protocol } from './contract/protocols.js';
import { ReadPipeTransport } from './machine/readPipeTransport.js';
import type { ReadTransport, WriteTransport } from './contract/transports.js';
import { callable } from './options/valueChecks.js';
import { WritePipeTransport } from './machine/writePipeTransport.js';

/** A `FileHandle`, as far as it is needed. */
export interface OwnedFile {
  readonly fd: number;
  close(): Promise<void>;
}

/** What `connectReadPipe` takes over: a descriptor, a `FileHandle`, a socket, a terminal, or a handle of a backend. */
export type ReadablePipe = number | OwnedFile | Socket | ReadStream | ReadPipeHandle;

/** What `connectWritePipe` takes over: a descriptor, a `FileHandle`, a socket, a terminal, or a handle of a backend. */
export type WritablePipe = number | OwnedFile | Socket | WriteStream | WritePipeHandle;

/** Options of `connectReadPipe` and `connectWritePipe`. */
export interface ConnectPipeOptions {
  /** Takes the error of a protocol callback that threw. Default: it becomes an uncaught exception in its own task. */
  readonly onCallbackError?: CallbackErrorReporter;
}

const KNOWN_OPTIONS: ReadonlySet<string> = new Set<keyof ConnectPipeOptions>(['onCallbackError']);

/**
 * Reads from a pipe, a socket or a terminal through a protocol.
 *
 * The options are checked and the factory is called first; then the pipe is taken over: the transport closes it after the
 * loss, and nobody else may use it any more. Resolves after `connectionMade`.
 * @param protocolFactory - Its throw is the rejection; the pipe is untouched then.
 * @param pipe - The reading end.
 * @returns the transport, and the protocol that the factory made.
 * @throws {TypeError} (rejects) for what is no pipe, and for an unknown option.
 * @throws {ValueError} (rejects) for a closed socket, and for a regular file, a directory or a block device, which is
 * neither read nor closed.
 * @asyncio loop.connect_read_pipe
 * Differs: takes bare descriptors and Node's own streams; takes buffered protocols.
 */
export async function connectReadPipe<P extends Protocol | BufferedProtocol>(
  protocolFactory: () => P,
  pipe: ReadablePipe,
  options: ConnectPipeOptions = {},
): Promise<readonly [transport: ReadTransport, protocol: P]> {
  const queue = queueFor(options);
  const protocol = protocolFactory();
  const handle = isHandle(pipe) ? pipe : new NodeReadPipe(await readableOf(pipe));
  const transport = new ReadPipeTransport(handle, protocol, queue, new Map([['pipe', pipe]]));
  await made(queue, protocol, transport);
  transport.start();
  return [transport, protocol];
}

/**
 * Writes to a pipe, a socket or a terminal through a transport.
 *
 * Ownership and order are those of `connectReadPipe`. The close of the other end is noticed without a write on sockets;
 * on pipes with the next write.
 * @param protocolFactory - Its throw is the rejection; the pipe is untouched then.
 * @param pipe - The writing end.
 * @returns the transport, and the protocol that the factory made.
 * @throws {TypeError} (rejects) for what is no pipe, and for an unknown option.
 * @throws {ValueError} (rejects) for a closed socket, and for a regular file, a directory or a block device, which is
 * neither written nor closed.
 * @asyncio loop.connect_write_pipe
 * Differs: takes bare descriptors and Node's own streams; on a FIFO the reader's close is seen with the next write.
 */
export async function connectWritePipe<P extends BaseProtocol>(
  protocolFactory: () => P,
  pipe: WritablePipe,
  options: ConnectPipeOptions = {},
): Promise<readonly [transport: WriteTransport, protocol: P]> {
  const queue = queueFor(options);
  const protocol = protocolFactory();
  const handle = isHandle(pipe) ? pipe : new NodeWritePipe(await writableOf(pipe));
  const transport = new WritePipeTransport(handle, protocol, queue, new Map([['pipe', pipe]]));
  await made(queue, protocol, transport);
  return [transport, protocol];
}

function queueFor(options: ConnectPipeOptions): CallbackQueue {
  const { onCallbackError } = ownOptions(options, KNOWN_OPTIONS);
  return new CallbackQueue(
    onCallbackError === undefined ? reportAsUncaught : callable(onCallbackError, 'onCallbackError'),
  );
}

/** Calls `connectionMade` on a stack of its own, as for a child. */
async function made(
  queue: CallbackQueue,
  protocol: BaseProtocol,
  transport: ReadTransport | WriteTransport,
): Promise<void> {
  await Promise.resolve();
  queue.open('connectionMade', () => {
    protocol.connectionMade(transport);
  });
}

/** Handles are told from Node's streams by shape, so that a second copy of this package is welcome. */
function isHandle<H extends ReadPipeHandle | WritePipeHandle>(pipe: unknown): pipe is H {
  return (
    typeof pipe === 'object' &&
    pipe !== null &&
    !('fd' in pipe) &&
    !('_readableState' in pipe) &&
    'listenerCount' in pipe
  );
}

/** A socket that is closed emits nothing any more; waiting for its end would be for ever. */
function usable(socket: Socket): Socket {
  if (socket.destroyed) {
    throw new ValueError('the socket is closed');
  }
  return socket;
}

async function readableOf(pipe: Exclude<ReadablePipe, ReadPipeHandle>): Promise<Readable> {
  if (pipe instanceof Socket) {
    return usable(pipe);
  }
  const [fd, kind] = await ownFd(pipe, constants.O_RDONLY);
  switch (kind) {
    case 'terminal':
      return new ReadStream(fd);
    case 'device':
      return createReadStream('', { fd });
    case 'pipe':
      return new Socket({ fd, readable: true, writable: false });
  }
}

async function writableOf(pipe: Exclude<WritablePipe, WritePipeHandle>): Promise<Writable> {
  if (pipe instanceof Socket) {
    return usable(pipe);
  }
  const [fd, kind] = await ownFd(pipe, constants.O_WRONLY);
  switch (kind) {
    case 'terminal':
      return new WriteStream(fd);
    case 'device':
      return createWriteStream('', { fd });
    case 'pipe': {
      const readable = fstatSync(fd).isSocket();
      return new Socket({ fd, readable, writable: true, allowHalfOpen: true });
    }
  }
}

type PipeKind = 'pipe' | 'terminal' | 'device';

async function ownFd(pipe: number | OwnedFile, mode: number): Promise<readonly [fd: number, kind: PipeKind]> {
  const fd = typeof pipe === 'number' ? pipe : pipe.fd;
  if (!Number.isInteger(fd) || fd < 0) {
    throw new TypeError('pipe must be a descriptor, a FileHandle, a socket or a terminal');
  }
  const kind = pipeKind(fd, fstatSync(fd));
  if (typeof pipe === 'number') {
    return [fd, kind];
  }
  // A FileHandle closes its descriptor when it is collected, and cannot be told not to: open the file a second time.
  const own = openSync(`/dev/fd/${fd}`, mode | constants.O_NONBLOCK);
  try {
    await pipe.close();
  } catch (thrown) {
    closeSync(own);
    throw thrown;
  }
  return [own, kind];
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
