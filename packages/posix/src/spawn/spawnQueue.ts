/**
 * The children that wait to be started.
 *
 * 1. A few spawns are under way at a time: each occupies a thread of Node's pool (four, unless configured), which file
 *    operations need too, and more than the machine has processors would gain nothing.
 * 2. First come, first served.
 * 3. However many wait, a turn of the loop is used for a few milliseconds at most.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

/** A child to start. */
export interface SpawnJob {
  /**
   * Begins; on failure it tells its owner itself.
   * @returns whether `done` will be called, once, later.
   */
  start(done: () => void): boolean;
}

const MAX_IN_FLIGHT = 3;
const TURN_MS = 4;

/** Starts jobs, a few at a time. */
export class SpawnQueue {
  readonly #maxInFlight: number;
  #waiting: SpawnJob[] = [];
  #next = 0;
  #inFlight = 0;
  #scheduled = false;

  constructor(maxInFlight: number = MAX_IN_FLIGHT) {
    this.#maxInFlight = maxInFlight;
  }

  /** Takes a job; it is started at once if there is room and nobody waits. */
  push(job: SpawnJob): void {
    if (this.#next === this.#waiting.length && this.#inFlight < this.#maxInFlight) {
      this.#start(job);
      return;
    }
    this.#waiting.push(job);
    if (this.#inFlight === 0) {
      this.#startLater();
    }
  }

  #start(job: SpawnJob): void {
    this.#inFlight += 1;
    const done = (): void => {
      this.#inFlight -= 1;
      this.#startMore();
    };
    if (!job.start(done)) {
      this.#inFlight -= 1;
    }
  }

  #startMore(): void {
    const turnEnd = performance.now() + TURN_MS;
    while (this.#inFlight < this.#maxInFlight) {
      const job = this.#waiting[this.#next];
      if (job === undefined) {
        this.#waiting = [];
        this.#next = 0;
        return;
      }
      if (performance.now() > turnEnd) {
        this.#startLater();
        return;
      }
      this.#next += 1;
      this.#start(job);
    }
  }

  /** For jobs that failed at once: nobody calls `done`, and the turn is over. */
  #startLater(): void {
    if (this.#scheduled) {
      return;
    }
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#startMore();
    });
  }
}
