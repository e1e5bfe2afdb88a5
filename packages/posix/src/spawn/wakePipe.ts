/**
 * How a start thread wakes the loop: a pipe. It is registered for as long as there are threads, and keeps this process alive
 * while calls are under way.
 *
 * A pipe and not a message of the worker: a message costs the thread a call into libuv and us a port, and comes later.
 */
import { native } from '../native/ffi.js';
import { poller, READABLE, type PollSlot, type PollTarget } from '../loop/poller.js';
import { makePipe, type PipeEnds } from '../pipe/pipes.js';

/** Keeps nothing alive. */
const NOBODY = { hold: () => undefined, release: () => undefined };

/** A pipe to the loop. */
export class WakePipe implements PollTarget {
  readonly #onWake: () => void;
  readonly #ends: PipeEnds;
  readonly #bytes = new Uint8Array(8);
  readonly #slot: PollSlot;
  #holds = false;

  /**
   * @param onWake - Called on a stack of its own when a thread has written.
   * @throws the system's error.
   */
  constructor(onWake: () => void) {
    this.#onWake = onWake;
    this.#ends = makePipe(false, 3);
    try {
      this.#slot = poller().add(this.#ends.ours, READABLE, this, NOBODY);
    } catch (thrown) {
      this.#closeEnds();
      throw thrown;
    }
  }

  /** What the threads write to; it blocks. */
  get writeFd(): number {
    return this.#ends.childs;
  }

  /** Whether this process is kept alive. */
  set holds(wanted: boolean) {
    if (wanted === this.#holds) {
      return;
    }
    this.#holds = wanted;
    if (wanted) {
      poller().hold();
    } else {
      poller().release();
    }
  }

  close(): void {
    this.holds = false;
    poller().remove(this.#slot);
    this.#closeEnds();
  }

  onReady(): void {
    native().read(this.#ends.ours, this.#bytes, this.#bytes.length);
    this.#onWake();
  }

  #closeEnds(): void {
    native().close(this.#ends.ours);
    native().close(this.#ends.childs);
  }
}
