/** Pipe handles over `net.Socket` and its like. */
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { ReadPipeHandle, WritePipeHandle } from './childHandle.js';
import { SubprocessError, systemErrorCode } from './errors.js';

/** The reading end over a Node stream. */
export class NodeReadPipe extends ReadPipeHandle {
  readonly #stream: Readable;
  #failure: Error | null = null;

  constructor(stream: Readable) {
    super();
    this.#stream = stream;
    // An explicit pause keeps the `data` listener from starting the flow.
    stream.pause();
    stream.on('data', (chunk: Uint8Array) => {
      this.emit('data', chunk);
    });
    stream.on('end', () => {
      stream.destroy();
    });
    stream.on('error', (error) => {
      this.#failure = pipeError(error);
    });
    stream.on('close', () => {
      this.emit('close', this.#failure);
    });
  }

  override resume(): void {
    this.#stream.resume();
  }

  override pause(): void {
    this.#stream.pause();
  }

  override close(): void {
    this.#stream.destroy();
  }
}

/** The writing end over a Node stream; a duplex one is read too, to see its peer's close. */
export class NodeWritePipe extends WritePipeHandle {
  readonly #stream: Writable;
  #failure: Error | null = null;

  constructor(stream: Writable) {
    super();
    this.#stream = stream;
    stream.on('finish', () => {
      stream.destroy();
    });
    stream.on('error', (error) => {
      this.#failure = pipeError(error);
    });
    stream.on('close', () => {
      this.emit('close', this.#failure);
    });
    if (stream instanceof Socket && stream.readable) {
      // What a reader of our pipe writes back into it has no receiver; the end is what counts.
      stream.resume();
      stream.on('end', () => {
        stream.destroy();
      });
    }
  }

  override write(chunk: Uint8Array, flushed: (error?: Error | null) => void): void {
    // Node keeps a reference until the system took everything, and does not tell how much it took at once.
    this.#stream.write(Uint8Array.from(chunk), flushed);
  }

  override end(): void {
    this.#stream.end();
  }

  override destroy(): void {
    this.#stream.destroy();
  }
}

/**
 * Returns a read-write socket in place of the write-only one that Node makes for a child's input.
 *
 * The pipe below is a socket pair, readable at both ends, but `child.stdin` never reads; only a reader sees the peer's
 * close before the next write. Node has no public way to ask for one, hence the handle.
 */
export function readableStdin(stdin: Writable): Socket {
  const { _handle: handle } = stdin as Writable & { readonly _handle: unknown };
  const options = { handle, readable: true, writable: true, allowHalfOpen: true };
  return new Socket(options);
}

/** A peer that went away is an ordinary end; whether bytes were left over is the transport's to say. */
function pipeError(error: Error): Error | null {
  const code = systemErrorCode(error);
  if (code === 'EPIPE' || code === 'ECONNRESET') {
    return null;
  }
  return new SubprocessError(code, `the pipe failed (${code})`, { cause: error });
}
