/**
 * The writing end over a Node stream; a socket is read too, to see its peer's close.
 *
 * | state     | `write`                      | Node took the write    | `end`          | failure, `destroy`     |
 * | --------- | ---------------------------- | ---------------------- | -------------- | ---------------------- |
 * | idle      | handed to Node: idle or busy | -                      | Node's `end()` | answers, then `close`  |
 * | busy      | joined to those that wait    | answers, the next block | after the rest | answers, then `close` |
 * | ending    | answered with an error       | answers, the next block | -             | answers, then `close`  |
 * | closed    | answered with an error       | -                      | -              | -                      |
 *
 * 1. Node has one write at a time; the others wait here, joined: Node keeps objects and takes time for each write,
 *    whatever its size.
 * 2. A write that the system takes at once is answered before `write()` returns.
 * 3. Every write is answered once and in order, before `close`.
 * 4. A failure is told at once, not when Node has taken the stream down.
 * 5. A turn of the loop hands a bounded number of bytes over, however fast they are taken.
 */
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers';
import { WriteStream } from 'node:tty';
import { BrokenPipeError } from '../contract/errors.js';
import { WritePipeHandle } from '../seam/childHandle.js';
import { Fifo } from '../seam/fifo.js';
import { JoinedWrites, type Flushed } from './joinedWrites.js';
import { pipeError } from './pipeError.js';

/** Bytes that are handed over in one turn of the loop. */
const TURN_BYTES = 262_144;

/** The writing end. */
export class NodeWritePipe extends WritePipeHandle {
  readonly #stream: Writable;
  #busy = false;
  #ending = false;
  #closed = false;
  /** Answers of the writes that the system has not taken yet, oldest first; those of the write under way come first. */
  readonly #waiting = new Fifo<Flushed>();
  /** How many of them the write under way has. */
  #underWay = 0;
  readonly #joined = new JoinedWrites();
  /** How many of Node's callbacks are still to come for writes that were answered at once; they come first. */
  #answered = 0;
  readonly #onWritten = (error?: Error | null): void => {
    if (this.#answered > 0) {
      this.#answered -= 1;
    } else {
      this.#settle(error ?? null);
    }
  };

  constructor(stream: Writable) {
    super();
    this.#stream = stream;
    stream.on('finish', () => {
      stream.destroy();
    });
    stream.on('error', (error) => {
      // The stream is destroyed. Its `close` comes at the end of the turn, and the child's exit, brought about by the end of
      // its input, may come before: a part of the input would pass for the whole.
      this.#close(pipeError(error));
    });
    stream.on('close', () => {
      this.#close(null);
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

  override write(chunk: Uint8Array, flushed: Flushed): void {
    if (this.#ending || this.#closed) {
      flushed(new BrokenPipeError());
    } else if (this.#busy) {
      this.#joined.append(chunk);
      this.#waiting.push(flushed);
    } else if (this.#handOver(new Uint8Array(chunk))) {
      flushed();
    } else {
      this.#waiting.push(flushed);
      this.#underWay = 1;
    }
  }

  override end(): void {
    this.#ending = true;
    this.#endIfDone();
  }

  override destroy(): void {
    this.#stream.destroy();
  }

  /** Gives Node a write, whose memory is Node's from now on; returns whether the system took all of it at once. */
  #handOver(bytes: Uint8Array): boolean {
    const stream = this.#stream;
    stream.write(bytes, this.#onWritten);
    // Its callback comes a tick late even if the system took everything at once; its count does not.
    const taken = stream.writableLength === 0 && stream.errored === null && !stream.destroyed;
    if (taken) {
      this.#answered += 1;
    }
    this.#busy = !taken;
    return taken;
  }

  /** Node is done with the write under way. */
  #settle(error: Error | null): void {
    // A destroyed stream says of the write that was under way that it went well. All answers are made at its close.
    if (error !== null || this.#closed || this.#stream.destroyed) {
      return;
    }
    this.#answer(this.#underWay, null);
    this.#busy = false;
    this.#proceed();
  }

  /** Hands blocks over until one is under way, or the turn has had enough. */
  #proceed(): void {
    let bytes = 0;
    // An answer may lead to a write, an end or a destruction.
    while (!this.#busy && !this.#stream.destroyed) {
      if (bytes >= TURN_BYTES) {
        this.#busy = true;
        setImmediate(() => {
          this.#busy = false;
          this.#proceed();
        });
        return;
      }
      const block = this.#joined.shift();
      if (block === null) {
        this.#endIfDone();
        return;
      }
      bytes += block.bytes.length;
      if (this.#handOver(block.bytes)) {
        // Meanwhile later writes have to wait.
        this.#busy = true;
        this.#answer(block.writes, null);
        this.#busy = false;
      } else {
        this.#underWay = block.writes;
      }
    }
  }

  #endIfDone(): void {
    if (this.#ending && this.#joined.isEmpty && !this.#stream.writableEnded) {
      this.#stream.end();
    }
  }

  #answer(count: number, error: Error | null): void {
    this.#underWay = 0;
    for (let left = count; left > 0; left -= 1) {
      this.#waiting.shift()?.(error);
    }
  }

  #close(failure: Error | null): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    this.#joined.clear();
    this.#answer(this.#waiting.length, failure ?? new BrokenPipeError());
    this.emit('close', failure);
  }
}
