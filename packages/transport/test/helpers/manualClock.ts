import type { Clock, ClockTimer } from '../../src/contract/clock.js';

interface Waiting {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #waiting = new Set<Waiting>();

  /** How many timers have neither fired nor been cancelled. */
  get pending(): number {
    return this.#waiting.size;
  }

  now(): number {
    return this.#now;
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    const entry: Waiting = { at: this.#now + delayMs, callback };
    this.#waiting.add(entry);
    return {
      cancel: () => {
        this.#waiting.delete(entry);
      },
    };
  }

  /** Moves the time and fires what is due, in order of time. */
  advance(ms: number): void {
    this.#now += ms;
    const due = [...this.#waiting].filter((entry) => entry.at <= this.#now).sort((a, b) => a.at - b.at);
    for (const entry of due) {
      // An earlier one may have cancelled it.
      if (this.#waiting.delete(entry)) {
        entry.callback();
      }
    }
  }
}
