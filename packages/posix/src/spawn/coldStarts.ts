/**
 * Which calls are made on the thread of the caller while no start thread is ready: a new thread takes some 40 ms to get
 * there, and a call half a millisecond.
 *
 * 1. The first one of all. A program that starts one child alone never needs a thread.
 * 2. One of the same program in the same directory as another one a moment ago. A call that is stuck, because a file system
 *    does not answer, would stop everything here; one that has just been made is not.
 */
import { performance } from 'node:perf_hooks';

/** How long it is known of a program that it starts. */
const KNOWN_MS = 1_000;
const MAX_KNOWN = 64;

/** Remembers what has just been started. */
export class ColdStarts {
  readonly #now: () => number;
  readonly #startedAt = new Map<string, number>();
  #none = true;

  /** @param now - A clock in milliseconds, for tests. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether no call was ever made there. */
  get areNone(): boolean {
    return this.#none;
  }

  /** Whether a call may be made on the thread of the caller. */
  admits(what: string): boolean {
    if (this.#none) {
      return true;
    }
    const startedAt = this.#startedAt.get(what);
    return startedAt !== undefined && this.#now() - startedAt < KNOWN_MS;
  }

  /** A call was made there; it has returned, so nothing of it is stuck. */
  made(what: string): void {
    this.#none = false;
    if (this.#startedAt.size >= MAX_KNOWN) {
      this.#startedAt.clear();
    }
    this.#startedAt.set(what, this.#now());
  }
}
