/**
 * Pipe handles over `net.Socket` and its like: the reading end; the writing one is in `nodeWritePipe.ts`.
 *
 * | reading end | a chunk came | the stream closed | `resume`                 | `pause` | `close`                  |
 * | ----------- | ------------ | ----------------- | ------------------------ | ------- | ------------------------ |
 * | paused      | cannot come  | over              | flowing                  | -       | flowing, stream destroyed |
 * | flowing     | `data`       | `close`           | -                        | paused  | stream destroyed         |
 * | over        | cannot come  | cannot come       | `close` in a later turn  | -       | `close` in a later turn  |
 */
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setImmediate } from 'node:timers';
import { ReadPipeHandle } from '../seam/childHandle.js';
import { pipeError } from './pipeError.js';

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
