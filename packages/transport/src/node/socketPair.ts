/**
 * A connected pair of sockets, made with a server of our own: Node has no `socketpair()`.
 *
 * 1. The server listens for as long as it takes to accept our own connection, under a random name: an abstract one on Linux,
 *    elsewhere a file in a directory that only we may enter.
 * 2. An abstract name has no permissions: whoever reads it in `/proc/net/unix` can connect. So the accepted end is ours only
 *    if it carries a random token, and every other connection is dropped.
 * 3. Nothing is left: not the server, not its name, not the connection of a stranger.
 */
import { AsyncResource } from 'node:async_hooks';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SubprocessError } from '../contract/errors.js';

const NAME_BYTES = 16;
const TOKEN_BYTES = 32;

/** Descriptors that are open until the pair is made, or for good. */
export const PAIR_FDS = 3;

/** Both ends; neither is read yet. */
export interface SocketPair {
  readonly ours: Socket;
  readonly theirs: Socket;
}

/** Takes the outcome, once. */
export interface PairReceiver {
  onPair(pair: SocketPair): void;
  onFailed(error: Error): void;
}

/**
 * Makes a pair.
 *
 * @returns what takes it back: nothing is reported then.
 */
export function connectPair(receiver: PairReceiver): () => void {
  const token = randomBytes(TOKEN_BYTES);
  const { path, remove } = uniqueName();
  const strangers = new Set<Socket>();
  const server = createServer();
  let settled = false;
  /** Leaves nothing but, perhaps, the pair. */
  const settle = (theirs: Socket | null): boolean => {
    if (settled) {
      return false;
    }
    settled = true;
    server.close();
    remove();
    for (const socket of strangers) {
      if (socket !== theirs) {
        socket.destroy();
      }
    }
    if (theirs === null) {
      ours.destroy();
    }
    return true;
  };
  const fail = (error: Error): void => {
    if (settle(null)) {
      receiver.onFailed(error);
    }
  };
  // The event of the accepted socket would bring its own context, and the child is to have the caller's.
  const succeed = AsyncResource.bind((theirs: Socket): void => {
    if (settle(theirs)) {
      ours.removeAllListeners();
      receiver.onPair({ ours, theirs });
    }
  });
  server.on('error', fail);
  server.on('connection', (socket) => {
    strangers.add(socket);
    socket.on('error', () => undefined);
    recognize(socket, token, () => {
      succeed(socket);
    });
  });
  // `exclusive`: in a cluster the primary process would listen, and hand our connection to any worker.
  server.listen({ path, exclusive: true });
  const ours = connect({ path });
  ours.pause();
  ours.on('error', fail);
  ours.on('close', () => {
    // What a server does that has no descriptor left to accept with.
    fail(new SubprocessError('ECONNRESET', 'the connection to ourselves was closed'));
  });
  ours.write(token);
  return () => {
    settle(null);
  };
}

/** Calls `found` if the first bytes of a connection are the token. */
function recognize(socket: Socket, token: Buffer, found: () => void): void {
  let received = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    if (received.length < token.length) {
      return;
    }
    socket.off('data', onData);
    socket.pause();
    if (received.length === token.length && timingSafeEqual(received, token)) {
      found();
    } else {
      socket.destroy();
    }
  };
  socket.on('data', onData);
}

function uniqueName(): { readonly path: string; readonly remove: () => void } {
  const name = `subwire-${randomBytes(NAME_BYTES).toString('hex')}`;
  if (process.platform === 'linux') {
    return { path: `\0${name}`, remove: () => undefined };
  }
  const directory = mkdtempSync(join(tmpdir(), 'subwire-'));
  return {
    path: join(directory, 's'),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
