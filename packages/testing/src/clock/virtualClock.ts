import { ValueError, type Clock, type ClockTimer } from '@subwire/transport';
import { Scheduler } from './scheduler.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Settings of a `VirtualClock`. */
export interface VirtualClockOptions {
  /** Goes to the next timer by itself whenever nothing else is left to do. Default: `false`. */
  readonly auto?: boolean;
  /** Whose idleness to wait for between timers. Default: only promises are waited for. */
  readonly scheduler?: Scheduler;
}

/**
 * A clock that stands still until it is told to go on.
 *
 * Every timeout and grace period of Subwire runs on the clock of its backend, so with this one a test lives through
 * minutes without waiting, and without the fake timers of its runner.
 */
export class VirtualClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #auto: boolean;
  readonly #timers = new Set<Timer>();
  #now = 0;
  #going = false;
  #stopped = false;

  constructor(options: VirtualClockOptions = {}) {
    this.#scheduler = options.scheduler ?? new Scheduler();
    this.#auto = options.auto ?? false;
  }

  now(): number {
    return this.#now;
  }

  /** How many timers have not fired. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    // What is not a number fires at once, as with the timers of Node.
    const timer: Timer = { at: this.#now + (delayMs > 0 ? delayMs : 0), callback };
    if (!this.#stopped) {
      this.#timers.add(timer);
    }
    if (this.#auto) {
      void this.#goOn();
    }
    return {
      cancel: () => {
        this.#timers.delete(timer);
      },
    };
  }

  /**
   * Lets time pass: fires every timer that is due on the way, in order, and lets each have its consequences.
   *
   * Rejects with what a timer throws; the time of that timer is reached then.
   * @param delayMs - Milliseconds.
   * @throws {ValueError} (rejects) for a delay below 0 or without an end.
   */
  async advance(delayMs: number): Promise<void> {
    if (!(delayMs >= 0 && delayMs < Infinity)) {
      throw new ValueError(`time passes from 0 on, not by ${delayMs}`);
    }
    const until = this.#now + delayMs;
    await this.settle();
    for (let timer = this.#next(until); timer !== null; timer = this.#next(until)) {
      await this.#fire(timer);
    }
    this.#now = Math.max(this.#now, until);
  }

  /**
   * Goes to the next timer and fires it.
   * @returns whether there was one.
   */
  async advanceToNext(): Promise<boolean> {
    await this.settle();
    const timer = this.#next(Infinity);
    if (timer === null) {
      return false;
    }
    await this.#fire(timer);
    return true;
  }

  /** Resolves when nothing more happens unless time passes. */
  async settle(): Promise<void> {
    await this.#scheduler.idle();
  }

  /** Drops every timer, and every later one too: for the end of a test. */
  stop(): void {
    this.#stopped = true;
    this.#timers.clear();
  }

  /** The earliest timer up to a moment; of two for the same moment the one that was set first. */
  #next(until: number): Timer | null {
    let earliest: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.at <= until && timer.at < (earliest?.at ?? Infinity)) {
        earliest = timer;
      }
    }
    return earliest;
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.callback();
    await this.settle();
  }

  async #goOn(): Promise<void> {
    if (this.#going) {
      return;
    }
    this.#going = true;
    try {
      while (await this.advanceToNext()) {
        // Each turn of the loop is one timer.
      }
    } finally {
      this.#going = false;
    }
  }
}
