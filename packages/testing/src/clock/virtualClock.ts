import { ValueError, type Clock, type ClockTimer } from '@subwire/transport';
import { Scheduler } from './scheduler.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Options of a `VirtualClock`. */
export interface VirtualClockOptions {
  /** Whether the clock advances to the next timer by itself when nothing else is left to do. Default: `false`. */
  readonly auto?: boolean;
  /** The scheduler whose tasks run before the next timer fires. Default: none; only promise jobs run before it. */
  readonly scheduler?: Scheduler;
}

/**
 * A clock whose time passes only when a test advances it.
 *
 * All timeouts and grace periods of Subwire use the clock of the backend. So with this clock a test can let minutes pass
 * without waiting, and without the fake timers of its test runner.
 *
 * | state       | `advance`, `advanceToNext`      | `setTimer`                               | `stop`              |
 * | ----------- | ------------------------------- | ---------------------------------------- | ------------------- |
 * | standing    | advancing until it is done      | adds; with `auto` advancing              | stopped, timers dropped |
 * | advancing   | fires timers up to its own time | adds; fires it too if it is due          | stopped, timers dropped |
 * | stopped     | advances the time only          | does nothing                             | -                   |
 */
export class VirtualClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #auto: boolean;
  readonly #timers = new Set<Timer>();
  #now = 0;
  /** Whether the clock is advancing by itself. */
  #advancing = false;
  /** Settles after the last action that advances the time. */
  #last: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: VirtualClockOptions = {}) {
    this.#scheduler = options.scheduler ?? new Scheduler();
    this.#auto = options.auto ?? false;
  }

  now(): number {
    return this.#now;
  }

  /** Number of timers that have not fired. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    // NaN fires at once, as with the timers of Node.
    const timer: Timer = { at: this.#now + (delayMs > 0 ? delayMs : 0), callback };
    if (!this.#stopped) {
      this.#timers.add(timer);
    }
    if (this.#auto) {
      void this.#advanceByItself();
    }
    return {
      cancel: () => {
        this.#timers.delete(timer);
      },
    };
  }

  /**
   * Advances the time and fires every timer that becomes due, in order; after each it waits for what the timer caused.
   *
   * @param delayMs - Milliseconds.
   * @throws {ValueError} (rejects) unless `delayMs` is finite and at least 0.
   * @throws (rejects) what a callback of a timer throws; the clock has the time of that timer then.
   */
  async advance(delayMs: number): Promise<void> {
    if (!(delayMs >= 0 && delayMs < Infinity)) {
      throw new ValueError(`time passes from 0 on, not by ${delayMs}`);
    }
    const until = this.#now + delayMs;
    await this.#alone(async () => {
      while (await this.#step(until)) {
        // The condition fires the timers.
      }
      this.#now = Math.max(this.#now, until);
    });
  }

  /**
   * Advances the time to the next timer and fires it.
   *
   * @returns whether there was one.
   * @throws (rejects) what the callback of the timer throws.
   */
  advanceToNext(): Promise<boolean> {
    return this.#alone(() => this.#step(Infinity));
  }

  /** Resolves when nothing more happens before time passes. */
  async settle(): Promise<void> {
    await this.#scheduler.idle();
  }

  /** Drops all timers, and every timer that is set later. For the end of a test. */
  stop(): void {
    this.#stopped = true;
    this.#timers.clear();
  }

  /** Returns the earliest timer up to a time; of two with the same time the one that was set first. */
  #next(until: number): Timer | null {
    let earliest: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.at <= until && timer.at < (earliest?.at ?? Infinity)) {
        earliest = timer;
      }
    }
    return earliest;
  }

  /** Fires the next timer up to a time; returns whether there was one. */
  async #step(until: number): Promise<boolean> {
    await this.settle();
    const timer = this.#next(until);
    if (timer === null) {
      return false;
    }
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.callback();
    await this.settle();
    return true;
  }

  /** Runs an action after the earlier ones: two of them at once would not wait for what the timers of the other caused. */
  #alone<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action);
    this.#last = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  async #advanceByItself(): Promise<void> {
    if (this.#advancing) {
      return;
    }
    this.#advancing = true;
    try {
      while (await this.advanceToNext()) {
        // The condition fires the timers.
      }
    } finally {
      this.#advancing = false;
    }
  }
}
