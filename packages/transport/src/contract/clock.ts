import { performance } from 'node:perf_hooks';
import { clearTimeout, setTimeout } from 'node:timers';

/** A timer that has been started. */
export interface ClockTimer {
  /** Stops it; does nothing once it fired. */
  cancel(): void;
}

/**
 * Time, as the children of a backend live in it.
 *
 * Every grace period and timeout runs on the clock of the backend, so a fake backend can bring a virtual one.
 */
export interface Clock {
  /** Returns milliseconds since an arbitrary moment; it never goes back. */
  now(): number;
  /**
   * Calls `callback` once, after `delayMs` milliseconds.
   * @param callback - Called on a stack of its own.
   * @param delayMs - Milliseconds.
   */
  setTimer(callback: () => void, delayMs: number): ClockTimer;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};
