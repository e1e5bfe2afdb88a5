/**
 * The lower seam: what a backend hands up. The transport is the single subscriber; nothing outside this package ever
 * receives a handle, so nobody else can emit on one.
 *
 * Rules that no type checker enforces, each a compliance case:
 *
 * 1. Nothing is emitted during `spawn()`, nor from inside a call to a method of a handle (`flushed` excepted).
 * 2. Read pipes are born paused: no `data` and no `close` before `resume()`, and none after `pause()` returned.
 * 3. `error` means that the child never started, and nothing follows; otherwise exactly one of `exit` and `lost` comes.
 * 4. Every `write` gets exactly one `flushed`, in the order of the writes.
 * 5. Every pipe emits `close` exactly once: at its natural end, on failure, and after `close()`, `end()` or `destroy()`.
 *    After `error` pipes emit nothing; after `lost` the transport closes them itself.
 * 6. A chunk handed up belongs to the receiver, its `ArrayBuffer` included: nobody else's byte is in it, and it may be
 *    transferred. A chunk handed down is not kept after `write()` returned: what the system did not take has been copied.
 * 7. After `abandon()` returned `true` nothing is emitted.
 * 8. A `kill()` that answered `'queued'` may be followed by one `killFailed`, also after `exit` and `lost`.
 */
import { EventEmitter } from 'eventemitter3';
import type { ChildExit } from '../contract/childExit.js';
import type { TransportLostError } from '../contract/errors.js';
import type { Signal, SignalFailure, SignalScope } from '../contract/signals.js';

/** Memory that a receiver offers for the next read. */
export interface BufferReceiver {
  /**
   * Returns the memory to fill. It may call `pause()`, `close()` or `readInto()` of the handle meanwhile: then nothing is read
   * into it, nor if it is empty, which is not the end of the file.
   * @throws if there is none, after it closed the handle.
   */
  getBuffer(sizeHint: number): Uint8Array;
  /** Takes note that `nbytes` of it were filled. */
  bufferUpdated(nbytes: number): void;
}

/** Events of a pipe that we read. */
export interface ReadPipeEvents {
  /** Bytes arrived; never empty. */
  data: (chunk: Uint8Array) => void;
  /** The pipe is closed: its end was reached (`null`), it failed, or `close()` was called. Last. */
  close: (error: Error | null) => void;
}

/** Our end of an output of the child. */
export abstract class ReadPipeHandle extends EventEmitter<ReadPipeEvents> {
  /** Lets data come. */
  abstract resume(): void;
  /** Holds data back: in the system as far as possible, and here for what was read already. */
  abstract pause(): void;
  /** Closes our end; what was not delivered is dropped. */
  abstract close(): void;
  /**
   * Reads straight into memory of `receiver` from now on, instead of emitting `data`; `null` ends that.
   *
   * Only handles of a backend with `supports.readInto` have it.
   */
  readInto?(receiver: BufferReceiver | null): void;
}

/** Events of a pipe that we write. */
export interface WritePipeEvents {
  /** The pipe is closed: everything was sent after `end()` or nobody reads any more (`null`), or it failed. Last. */
  close: (error: Error | null) => void;
}

/** Our end of the child's input. */
export abstract class WritePipeHandle extends EventEmitter<WritePipeEvents> {
  /**
   * Sends a chunk.
   * @param chunk - Not kept after the call.
   * @param flushed - Called once, perhaps before `write` returns: the system took the chunk, or (with an error) never will.
   */
  abstract write(chunk: Uint8Array, flushed: (error?: Error | null) => void): void;
  /** Closes after everything written was taken. */
  abstract end(): void;
  /** Closes now; what was not taken is dropped. */
  abstract destroy(): void;
}

/** Events of a child; see the rules at the top of the file. */
export interface ChildHandleEvents {
  /** The far side accepted it; `null` where pids are not known. */
  spawn: (pid: number | null) => void;
  /** It ended, and this is how. */
  exit: (end: ChildExit) => void;
  /** The link died: the status is unknown and the process may still run. */
  lost: (error: TransportLostError) => void;
  /** It never started. */
  error: (error: Error) => void;
  /** A signal for which `kill()` answered `'queued'` was not delivered. */
  killFailed: (failure: SignalFailure) => void;
}

/**
 * What became of a signal.
 *
 * - `'sent'`: the system or the engine took it.
 * - `'gone'`: there was nobody to receive it.
 * - `'queued'`: it is on its way to where that is known; should it fail there, `killFailed` says so.
 */
export type KillAnswer = 'sent' | 'gone' | 'queued';

/** A child process, as a backend sees it. */
export abstract class ChildHandle extends EventEmitter<ChildHandleEvents> {
  /** Our end of the child's descriptor 0, `null` where that is not a pipe. */
  abstract readonly stdin: WritePipeHandle | null;
  /** Our ends of the child's outputs, by the child's descriptor. */
  abstract readonly outputs: ReadonlyMap<number, ReadPipeHandle>;

  /** The number of the process; `null` before `spawn`, unless the request was `synchronous`, and where pids are not known. */
  get pid(): number | null {
    return null;
  }

  /**
   * Takes the creation back, before `spawn` was emitted.
   *
   * @returns `true` if the program never ran and never will; then nothing is left open and no event follows. `false` if
   * the start is under way (or over): the events come as ever, and the caller ends the child.
   */
  abstract abandon(): boolean;
  /**
   * Sends a signal.
   *
   * `'group'` reaches the child's process group for as long as it has members, also when the child itself has ended.
   * @throws {NotSupportedError} if the engine cannot deliver it; never a silent no-op.
   * @throws {SubprocessError} if the system refuses.
   */
  abstract kill(signal: Signal, scope?: SignalScope): KillAnswer;
  /** Lets the child and its pipes keep this process alive, as they do from the start. */
  ref(): void {}
  /** Lets this process end although the child runs: neither the child nor its pipes keep it alive. */
  unref(): void {}
}
