/**
 * Which calls are stuck: those that a thread was making at the last look and at the one before.
 */
import { PLACES, type StartBoard } from './startBoard.js';

/** Compares one look with the next. */
export class StuckCalls<Job extends object> {
  /** What was being made at the last look, by place. */
  readonly #running: (Job | null)[] = Array<Job | null>(PLACES).fill(null);
  #count = 0;

  /** How many there were at the last look. */
  get count(): number {
    return this.#count;
  }

  /** Whether a call has been under way since the last look at least. */
  has(place: number, job: Job): boolean {
    return this.#running[place] === job;
  }

  /** Looks again. */
  look(jobs: readonly (Job | null)[], board: StartBoard): void {
    this.#count = 0;
    for (const [place, job] of jobs.entries()) {
      const running = job !== null && board.isRunning(place) ? job : null;
      this.#count += running !== null && this.#running[place] === running ? 1 : 0;
      this.#running[place] = running;
    }
  }
}
