/**
 * The children that wait to be started.
 *
 * 1. First come, first served. A few calls are handed on at a time: a child has its pipes from then on.
 * 2. However many wait, a turn of the loop is used for a few milliseconds at most.
 * 3. One that was taken back is passed over when its turn comes.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';
import { Fifo } from '@subwire/transport';

/** A child to start. */
export interface SpawnJob {
  /** Begins; on failure it tells its owner itself. */
  start(): void;
}

const TURN_MS = 4;

/** Starts jobs, a few at a time. */
export class SpawnQueue {
  readonly #hasRoom: () => boolean;
  readonly #waiting = new Fifo<SpawnJob>();
  #scheduled = false;

  /** @param hasRoom - Whether one more may be started now. */
  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom;
  }

  /** Takes a job; it is started at once if there is room and nobody waits. */
  push(job: SpawnJob): void {
    if (this.#waiting.length === 0 && this.#hasRoom()) {
      job.start();
    } else {
      this.#waiting.push(job);
    }
  }

  /** Starts what there is room for. */
  startMore(): void {
    const turnEnd = performance.now() + TURN_MS;
    while (this.#waiting.length > 0 && this.#hasRoom()) {
      if (performance.now() > turnEnd) {
        this.#startLater();
        return;
      }
      this.#waiting.shift()?.start();
    }
  }

  /** Jobs that fail at once take no room, and nobody would call again. */
  #startLater(): void {
    if (this.#scheduled) {
      return;
    }
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.startMore();
    });
  }
}
