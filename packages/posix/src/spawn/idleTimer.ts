import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers';

const MIN_MS = 10;

/** Calls back after a time without use; keeps nothing alive. */
export class IdleTimer {
  readonly #idleMs: number;
  readonly #onIdle: () => void;
  #usedAt = 0;
  #isSet = false;

  /** @param onIdle - Called once for each time; `used()` is due afterwards if it is to be called again. */
  constructor(idleMs: number, onIdle: () => void) {
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
  }

  /** The time begins again. */
  used(): void {
    this.#usedAt = performance.now();
    // A timer that is set anew with every use would cost more than the use.
    if (!this.#isSet) {
      this.#set(this.#idleMs);
    }
  }

  #set(delayMs: number): void {
    this.#isSet = true;
    setTimeout(this.#look, delayMs).unref();
  }

  readonly #look = (): void => {
    this.#isSet = false;
    const restMs = this.#usedAt + this.#idleMs - performance.now();
    if (restMs > 1) {
      this.#set(Math.max(restMs, MIN_MS));
    } else {
      this.#onIdle();
    }
  };
}
