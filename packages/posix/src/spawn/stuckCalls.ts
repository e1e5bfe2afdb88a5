/**
 * Which calls are stuck: those that a thread was making at the last look and at the one before.
 */
import { PLACES } from './startBoard.js';
import type { StartJob } from './startJob.js';
import type { StartPlaces } from './startPlaces.js';

/** Compares one look with the next. */
export class StuckCalls {
  /** What was being made at the last look, by place. */
  readonly #running: (StartJob | null)[] = Array<StartJob | null>(PLACES).fill(null);
  #places: readonly number[] = [];

  /** Those that there were at the last look. */
  get places(): readonly number[] {
    return this.#places;
  }

  /** Looks again. */
  look({ jobs, board }: StartPlaces): void {
    const stuck: number[] = [];
    for (const [place, job] of jobs.entries()) {
      const running = job !== null && board.isRunning(place) ? job : null;
      if (running !== null && this.#running[place] === running) {
        stuck.push(place);
      }
      this.#running[place] = running;
    }
    this.#places = stuck;
  }
}
