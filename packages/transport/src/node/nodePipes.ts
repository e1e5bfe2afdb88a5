/** Pipe handles over `net.Socket` and its like. */
import { Socket } from 'node:net';
import { setImmediate } from 'node:timers';
import type { Readable, Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import { ReadPipeHandle, WritePipeHandle } from '../seam/childHandle.js';
import { BrokenPipeError, SubprocessError, systemErrorCode } from '../contract/errors.js';

/**
 * The reading end over a Node stream.
 *
 * A paused Node stream still fills its own buffer, and ends on its own if nothing is in that; so the end is held back here
 * until somebody wants to see it.
 */
export class NodeReadPipe extends ReadPipeHandle {
  readonly #stream: Readable;
  #failure: Error | null = null;
  #paused = true;
  #closeHeld = false;

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
      this.#closeHeld = true;
      this.#releaseClose();
    });
  }

  override resume(): void {
    this.#paused = false;
    this.#stream.resume();
    this.#releaseCloseLater();
  }

  override pause(): void {
    this.#paused = true;
    this.#stream.pause();
  }

  override close(): void {
    this.#paused = false;
    this.#stream.destroy();
    this.#releaseCloseLater();
  }

  /** Nothing is emitted from inside a call. */
  #releaseCloseLater(): void {
    if (this.#closeHeld) {
      setImmediate(() => {
        this.#releaseClose();
      });
    }
  }

  #releaseClose(): void {
    if (this.#closeHeld && !this.#paused) {
      this.#closeHeld = false;
      this.emit('close', this.#failure);
    }
  }
}

/** The writing end over a Node stream; a socket is read too, to see its peer's close. */
export class NodeWritePipe extends WritePipeHandle {
  readonly #stream: Writable;
  #failure: Error | null = null;
  /** The `flushed` of the writes that the system has not taken yet, oldest first. */
  readonly #waiting: ((error?: Error | null) => void)[] = [];
  /** How many of Node's callbacks are still to come for writes that were reported at once; they come first. */
  #reported = 0;
  readonly #onWritten = (error?: Error | null): void => {
    if (this.#reported > 0) {
      this.#reported -= 1;
    } else {
      // A destroyed stream says of the write that was under way that it went well.
      this.#waiting.shift()?.(error ?? (this.#stream.destroyed ? new BrokenPipeError() : null));
    }
  };

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
    // A terminal is a socket to Node, and readable too; but what comes from it is somebody else's input.
    if (stream instanceof Socket && stream.readable && !(stream instanceof WriteStream)) {
      // What a reader of our pipe writes back into it has no receiver; the end is what counts.
      stream.resume();
      stream.on('end', () => {
        stream.destroy();
      });
    }
  }

  override write(chunk: Uint8Array, flushed: (error?: Error | null) => void): void {
    const stream = this.#stream;
    // Node keeps a reference until the system took everything.
    stream.write(new Uint8Array(chunk), this.#onWritten);
    // Its callback comes a tick late even if the system took everything at once; its count does not.
    const taken = stream.writableLength === 0 && stream.errored === null && !stream.destroyed;
    if (taken && this.#waiting.length === 0) {
      this.#reported += 1;
      flushed();
    } else {
      this.#waiting.push(flushed);
    }
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
