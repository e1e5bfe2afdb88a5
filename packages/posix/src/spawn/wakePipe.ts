/**
 * How a start thread wakes the loop: a pipe with one end that is watched while calls are under way.
 *
 * A pipe and not a message of the worker: a message costs the thread a call into libuv and us a port, and comes later.
 */
import { native } from '../native/ffi.js';
import { poller, READABLE, type PollSlot, type PollTarget } from '../loop/poller.js';
import { makePipe, type PipeEnds } from '../pipe/pipes.js';

/** A pipe that is watched when it has to be. */
export class WakePipe implements PollTarget {
  readonly #onWake: () => void;
  readonly #ends: PipeEnds;
  readonly #bytes = new Uint8Array(8);
  #slot: PollSlot | null = null;

  /**
   * @param onWake - Called on a stack of its own when a thread has written.
   * @throws the system's error.
   */
  constructor(onWake: () => void) {
    this.#onWake = onWake;
    this.#ends = makePipe(false, 3);
  }

  /** What the threads write to; it blocks. */
  get writeFd(): number {
    return this.#ends.childs;
  }

  /**
   * Watches, which keeps this process alive; harmless when called again.
   * @throws the system's error.
   */
  watch(): void {
    this.#slot ??= poller().add(this.#ends.ours, READABLE, this);
  }

  /** Ends the watch. */
  rest(): void {
    if (this.#slot !== null) {
      poller().remove(this.#slot);
      this.#slot = null;
    }
  }

  close(): void {
    this.rest();
    native().close(this.#ends.ours);
    native().close(this.#ends.childs);
  }

  onReady(): void {
    native().read(this.#ends.ours, this.#bytes, this.#bytes.length);
    this.#onWake();
  }
}
