import type { Socket } from 'node:net';
import type { ReadStream, WriteStream } from 'node:tty';
import type { BaseProtocol } from './contract/base.js';
import { reportAsUncaught, type CallbackErrorReporter } from './contract/callbackErrors.js';
import { CallbackQueue } from './machine/callbackQueue.js';
import type { ReadPipeHandle, WritePipeHandle } from './seam/childHandle.js';
import { NodeReadPipe } from './node/nodePipes.js';
import { NodeWritePipe } from './node/nodeWritePipe.js';
import { readableOf, writableOf, type OwnedFile } from './node/takenPipes.js';
import { ownOptions } from './options/ownOptions.js';
import type { BufferedProtocol, Protocol } from './contract/protocols.js';
import { ReadPipeTransport } from './machine/readPipeTransport.js';
import type { ReadTransport, WriteTransport } from './contract/transports.js';
import { callable } from './options/valueChecks.js';
import { WritePipeTransport } from './machine/writePipeTransport.js';

export type { OwnedFile } from './node/takenPipes.js';

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
 * loss, and nobody else may use it any more; the descriptors 0 to 2 stay open. Resolves after `connectionMade`.
 * @param protocolFactory - Its throw is the rejection; the pipe is untouched then.
 * @param pipe - The reading end.
 * @returns the transport, and the protocol that the factory made.
 * @throws {TypeError} (rejects) for what is no pipe, and for an unknown option.
 * @throws {ValueError} (rejects) for a closed socket, and for a regular file, a directory or a block device, which is
 * neither read nor closed; for an object with a descriptor that cannot be opened once more (a socket, the master of a
 * terminal), which can be given as a number.
 * @throws {SubprocessError} (rejects) `EBADF` for a descriptor that is not open, and the system's code if it cannot be used.
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
 * neither written nor closed; for an object with a descriptor that cannot be opened once more (a socket, a FIFO that nobody
 * reads, the master of a terminal), which can be given as a number.
 * @throws {SubprocessError} (rejects) `EBADF` for a descriptor that is not open, and the system's code if it cannot be used.
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
