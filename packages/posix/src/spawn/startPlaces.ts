/**
 * The calls that are on the board, each with who wants to know.
 *
 * 1. A call that was taken back has its place until a thread has come to it; nobody is told of it.
 * 2. A place is free again before its outcome is told.
 */
import { PLACES, StartBoard } from './startBoard.js';
import type { StartJob } from './startJob.js';

/** A call that has returned. */
export interface ReturnedCall {
  readonly job: StartJob;
  readonly errno: number;
  readonly pid: number;
  /** The number of the thread that made it. */
  readonly runner: number;
}

/** The calls, by place. */
export class StartPlaces {
  readonly board: StartBoard = new StartBoard();
  readonly #jobs: (StartJob | null)[] = Array<StartJob | null>(PLACES).fill(null);
  #inUse = 0;

  /** How many places are in use. */
  get inUse(): number {
    return this.#inUse;
  }

  /** The calls whose outcome is wanted, by place. */
  get jobs(): readonly (StartJob | null)[] {
    return this.#jobs;
  }

  /**
   * Has a call wait for a thread.
   * @returns its place, -1 if there is none.
   */
  put(job: StartJob): number {
    const place = this.board.put(job.call.addresses);
    if (place >= 0) {
      this.#jobs[place] = job;
      this.#inUse += 1;
    }
    return place;
  }

  /** Takes a call back; returns whether it has not been made and never will be. */
  takeBack(place: number): boolean {
    if ((this.#jobs[place] ?? null) === null || !this.board.takeBack(place)) {
      return false;
    }
    this.#jobs[place] = null;
    return true;
  }

  /** Takes all calls back that no thread has come to; returns the places of those that are being made. */
  takeBackAll(): number[] {
    return [...this.#jobs.keys()].filter((place) => {
      this.takeBack(place);
      return this.board.isRunning(place);
    });
  }

  /** Frees the places of the calls that have returned; returns those whose outcome is wanted. */
  collect(): ReturnedCall[] {
    const returned: ReturnedCall[] = [];
    for (const [place, job] of this.#jobs.entries()) {
      if (!this.board.isDone(place)) {
        continue;
      }
      if (job !== null) {
        const [errno, runner] = [this.board.errno(place), this.board.runner(place)];
        returned.push({ job, errno, pid: job.call.finish(), runner });
      }
      this.#jobs[place] = null;
      this.#inUse -= 1;
      this.board.free(place);
    }
    return returned;
  }

  /** A thread has ended: what it was making has returned, with `errno` unless it had come as far as to make the child. */
  runnerEnded(runner: number, errno: number): void {
    for (const [place, job] of this.#jobs.entries()) {
      if (this.board.isRunning(place) && this.board.runner(place) === runner) {
        this.board.breakOff(place, job !== null && job.call.pid > 0 ? 0 : errno);
      }
    }
  }

  /** Whether a child that nobody knows is of the call that is being made at a place. */
  isUnstarted(place: number, pid: number): boolean {
    return this.board.isRunning(place) && this.#jobs.every((job) => job?.call.pid !== pid);
  }
}
