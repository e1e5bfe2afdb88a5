/**
 * Whether one child, with its pipes, keeps this process alive.
 *
 * | state      | `take()`                       | `hold()`, `release()`       | `unref()`    | `ref()`  | `give()`                  |
 * | ---------- | ------------------------------ | --------------------------- | ------------ | -------- | ------------------------- |
 * | ref'ed     | the queue stays open; one hold | holds while one is left     | unref'ed     | -        | the queue may be closed   |
 * | unref'ed   | the queue stays open           | only counted                | -            | ref'ed   | the queue may be closed   |
 *
 * 1. `take()` stands before the start of the child: the queue of events is open from then until `give()`, so nothing that
 *    the child needs of it can fail for lack of a descriptor once there is a child.
 * 2. The child counts as one holder from `take()` to `give()`, each of its registrations as one more.
 */
import { poller, type Holder } from './poller.js';

/** The holders of one child. */
export class KeepAlive implements Holder {
  #holders = 0;
  #wanted = true;
  #taken = false;

  /**
   * Keeps the queue of events open, and counts the child as a holder.
   * @throws the system's error if the queue cannot be opened.
   */
  take(): void {
    if (!this.#taken) {
      poller().enter();
      this.#taken = true;
      this.hold();
    }
  }

  /** Takes `take()` back. */
  give(): void {
    if (this.#taken) {
      this.#taken = false;
      this.release();
      poller().leave();
    }
  }

  hold(): void {
    this.#holders += 1;
    if (this.#holders === 1 && this.#wanted) {
      poller().hold();
    }
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0 && this.#wanted) {
      poller().release();
    }
  }

  /** The holders keep the process alive, as they do at first. */
  ref(): void {
    if (!this.#wanted) {
      this.#wanted = true;
      if (this.#holders > 0) {
        poller().hold();
      }
    }
  }

  /** The holders do not keep the process alive. */
  unref(): void {
    if (this.#wanted) {
      this.#wanted = false;
      if (this.#holders > 0) {
        poller().release();
      }
    }
  }
}
