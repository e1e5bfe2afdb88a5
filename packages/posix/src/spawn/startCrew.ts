/**
 * The start threads themselves: one more than are stuck, as far as there may be.
 *
 * 1. There is none until one is needed, and one is enough: a call takes half a millisecond.
 * 2. A thread is told to end only while it sleeps and no child that it started is left: see `StartWorker`.
 * 3. Where there can be none (a permission model without workers, no free descriptor) it is tried again after `RETRY_MS`.
 *
 *    a thread | made   | it has come up | end()  | it ended by itself
 *    none     | COMING |                |        |
 *    COMING   |        | READY          |        | none, and no other one for `RETRY_MS`
 *    READY    |        |                | ENDING | none
 *    ENDING   |        |                |        | none
 */
import { performance } from 'node:perf_hooks';
import { MAX_THREADS, type StartBoard } from './startBoard.js';
import { StartWorker, type StartThread, type StartThreadListener } from './startThread.js';

const RETRY_MS = 1_000;

/** Makes a thread; another one in tests. */
export type StartThreadMaker = (
  number: number,
  board: SharedArrayBuffer,
  wakeFd: number,
  listener: StartThreadListener,
) => StartThread;

/** The threads, by number. */
export class StartCrew {
  readonly #make: StartThreadMaker;
  readonly #threads: (StartThread | null)[] = Array<StartThread | null>(MAX_THREADS).fill(null);
  #count = 0;
  #noneBefore = Number.NEGATIVE_INFINITY;

  constructor(make: StartThreadMaker = (...given) => new StartWorker(...given)) {
    this.#make = make;
  }

  /** How many there are, those included that are not ready yet. */
  get count(): number {
    return this.#count;
  }

  /** Returns a thread, `null` if it is gone. */
  at(number: number): StartThread | null {
    return this.#threads[number] ?? null;
  }

  /** Whether a call would be taken at once. */
  isReady(board: StartBoard): boolean {
    return this.#threads.some((thread) => thread !== null && !thread.isEnding && board.threadId(thread.number) !== 0);
  }

  /**
   * Makes one more thread, unless one is coming up already.
   * @returns whether it did.
   */
  grow(board: StartBoard, wakeFd: number, listener: StartThreadListener): boolean {
    const number = this.#threads.indexOf(null);
    const isComing = this.#threads.some((thread) => thread !== null && board.threadId(thread.number) === 0);
    if (number < 0 || isComing || performance.now() < this.#noneBefore) {
      return false;
    }
    board.enroll(number);
    try {
      this.#threads[number] = this.#make(number, board.memory, wakeFd, listener);
      this.#count += 1;
      return true;
    } catch (refused) {
      void refused;
      this.#noneBefore = performance.now() + RETRY_MS;
      return false;
    }
  }

  /** Wakes a thread that sleeps; returns whether there was one. */
  ringOne(board: StartBoard): boolean {
    return this.#threads.some((thread) => thread !== null && !thread.isEnding && board.ring(thread.number));
  }

  /** Takes a thread out that has ended. */
  ended({ number }: StartThread, board: StartBoard): void {
    this.#threads[number] = null;
    this.#count -= 1;
    if (board.threadId(number) === 0) {
      this.#noneBefore = performance.now() + RETRY_MS;
    }
  }

  /** Waits until all of them may be ended, as Node does with the threads of a process that exits. */
  waitForRest(board: StartBoard): void {
    for (const thread of this.#threads) {
      if (thread !== null) {
        board.waitForRest(thread.number);
      }
    }
  }

  /**
   * Ends the threads that nobody needs.
   * @returns whether one of them has not come to rest yet.
   */
  endIdle(board: StartBoard): boolean {
    const idle = this.#threads.filter((thread) => thread !== null && !thread.isEnding && thread.children.size === 0);
    const asleep = idle.filter((thread) => board.isAsleep(thread?.number ?? -1));
    for (const thread of asleep) {
      thread?.end();
    }
    return asleep.length < idle.length;
  }
}
