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
  #count = 0;

  /** How many there were at the last look. */
  get count(): number {
    return this.#count;
  }

  /** Whether a call has been under way since the last look at least. */
  has(place: number, job: StartJob): boolean {
    return this.#running[place] === job;
  }

  /** Looks again. */
  look({ jobs, board }: StartPlaces): void {
    this.#count = 0;
    for (const [place, job] of jobs.entries()) {
      const running = job !== null && board.isRunning(place) ? job : null;
      this.#count += running !== null && this.#running[place] === running ? 1 : 0;
      this.#running[place] = running;
    }
  }
}
