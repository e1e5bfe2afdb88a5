import type { Clock, ClockTimer } from '@subwire/transport';
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
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
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
   * @param delayMs - Milliseconds.
   */
  async advance(delayMs: number): Promise<void> {
    const until = this.#now + delayMs;
    await this.settle();
    for (let timer = this.#next(until); timer !== null; timer = this.#next(until)) {
      await this.#fire(timer);
    }
    this.#now = until;
  }

  /** Resolves when nothing more happens unless time passes. */
  async settle(): Promise<void> {
    await this.#scheduler.idle();
  }

  /** The earliest timer up to a moment; of two for the same moment the one that was set first. */
  #next(until: number): Timer | null {
    let earliest: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.at <= until && (earliest === null || timer.at < earliest.at)) {
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
    await this.settle();
    for (let timer = this.#next(Infinity); timer !== null; timer = this.#next(Infinity)) {
      await this.#fire(timer);
    }
    this.#going = false;
  }
}
