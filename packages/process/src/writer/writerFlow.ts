/**
 * What the callbacks of a write transport mean for a writer.
 *
 * 1. Paused: every `drain` waits, until resumed or lost.
 * 2. Lost with an error: waiting drains get it; if none waits, the next `drain` does. Later drains get
 *    `ConnectionResetError`.
 * 3. Lost without an error: drains get `ConnectionResetError`, those that wait too: writing was paused, so what they wait for
 *    was dropped.
 * 4. A write that came after the close: every later drain gets `ConnectionResetError`, before the loss as well.
 */
import { setImmediate } from 'node:timers';
import { ConnectionResetError } from '@subwire/transport';
import { StreamStateError } from '../results/streamErrors.js';
import { WaiterList } from '../wait/waiterList.js';

/** Options of `StreamWriter.drain` and `StreamWriter.waitClosed`. */
export interface WriterWaitOptions {
  /** Ends this wait only, on abort; it rejects with `signal.reason`. Default: none. */
  readonly signal?: AbortSignal;
}

/**
 * The flow control of one writer. The protocol of the transport forwards its callbacks to it.
 *
 * @asyncio streams.FlowControlMixin
 * Differs: an object to which a protocol forwards its callbacks, and no base class.
 */
export class WriterFlow {
  readonly #drains = new WaiterList();
  readonly #closers = new WaiterList();
  #paused = false;
  #lost = false;
  #dropped = false;
  #lossError: Error | null = null;
  /** The loss's error, until a drain has thrown it. */
  #untold: Error | null = null;

  /** Whether writing is paused. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether `connectionLost` was called. */
  get lost(): boolean {
    return this.#lost;
  }

  /**
   * Pauses writing: `drain` waits from now on.
   * @throws {StreamStateError} if writing is paused already.
   * @asyncio FlowControlMixin.pause_writing
   */
  pauseWriting(): void {
    if (this.#paused) {
      throw new StreamStateError('pauseWriting() called while writing is paused');
    }
    this.#paused = true;
  }

  /**
   * Resumes writing: all waiting drains return.
   * @throws {StreamStateError} if writing is not paused.
   * @asyncio FlowControlMixin.resume_writing
   */
  resumeWriting(): void {
    if (!this.#paused) {
      throw new StreamStateError('resumeWriting() called while writing is not paused');
    }
    this.#paused = false;
    this.#drains.settle(null);
  }

  /**
   * Ends all waits; the first call counts.
   * @param error - The reason, `null` for an ordinary end.
   * @asyncio FlowControlMixin.connection_lost
   */
  connectionLost(error: Error | null): void {
    if (this.#lost) {
      return;
    }
    this.#lost = true;
    this.#lossError = error;
    if (this.#drains.size === 0) {
      // No error is made that nobody waits for: its stack would be most of what the end of a child costs here.
      this.#untold = error;
    } else {
      this.#drains.settle(error ?? new ConnectionResetError());
    }
    this.#closers.settle(error);
  }

  /** A write came after the close, and will never arrive. */
  writeDropped(): void {
    this.#dropped = true;
  }

  /**
   * Waits until writing is not paused.
   * @param closing - Whether the transport is closing: then a turn of the event loop goes by first, so that a loss can be
   * noticed and a loop of writes and drains on a dead pipe ends.
   * @throws {ConnectionResetError} (rejects) if the connection was lost before, and its error is known to a drain, or if a
   * write was dropped.
   * @throws (rejects) with the error of the loss, the first time.
   * @asyncio FlowControlMixin._drain_helper
   */
  async drain(closing: boolean, options: WriterWaitOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    if (closing && !this.#lost) {
      await new Promise((resolve) => setImmediate(resolve));
      options.signal?.throwIfAborted();
      if (this.#lost) {
        // It came while this drain was waiting.
        this.#untold = null;
        this.#throwLoss();
        if (!this.#dropped) {
          return;
        }
      }
    }
    if (this.#lost || this.#dropped) {
      const error = this.#untold ?? new ConnectionResetError();
      this.#untold = null;
      throw error;
    }
    if (this.#paused) {
      await this.#drains.wait(options.signal);
    }
  }

  /**
   * Waits until the connection is lost; each caller has a promise of its own.
   * @throws (rejects) with the error of the loss, if it has one.
   */
  async waitClosed(options: WriterWaitOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    if (this.#lost) {
      this.#throwLoss();
    } else {
      await this.#closers.wait(options.signal);
    }
  }

  #throwLoss(): void {
    if (this.#lossError !== null) {
      throw this.#lossError;
    }
  }
}
