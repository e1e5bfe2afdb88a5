/**
 * Has the calls made that start children: by the start threads, and on this thread where that is quicker or there is no
 * other.
 *
 * 1. While no thread is ready a call may be made here, one in each turn of the loop: `coldStarts.ts` says which. The others
 *    wait for the thread. The first call of all does not even ask for one.
 * 2. A call may be stuck, with a program on a file system that does not answer. If each thread has one that has run for
 *    `TICK_MS`, and others wait, a further thread is made, so that they are taken after some 50 ms.
 * 3. Where there can be no thread, calls are made here. This thread waits for each of them then.
 * 4. A thread ends after `IDLE_MS` without work, and not before all children that it started have ended.
 * 5. While a call is under way this process is kept alive; a thread alone does not.
 * 6. When the process exits, no further call is begun. One that is stuck is broken off: what has not become the child yet
 *    is killed. Node would wait for its thread otherwise. Then Node ends the threads, so it waits until that may be done.
 *
 * The states of a call are those of its place: see `startBoard.ts`.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers';
import { EAGAIN } from '../native/constants.js';
import { callAll } from './callAll.js';
import { ColdStarts } from './coldStarts.js';
import { IdleTimer } from './idleTimer.js';
import { StartCrew, type StartThreadMaker } from './startCrew.js';
import type { StartJob } from './startJob.js';
import { StartPlaces } from './startPlaces.js';
import type { StartThread, StartThreadListener } from './startThread.js';
import { StuckCalls } from './stuckCalls.js';
import { WakePipe } from './wakePipe.js';

/** Calls that wait while one is made, so that the thread does not wait for us. */
const AHEAD = 3;
const TICK_MS = 15;
const IDLE_MS = 5_000;
/** How long an exit of the process waits for a call that is under way. */
const EXIT_MS = 100;

/** The place of a call that is made here. */
const NO_PLACE = -1;

/** The one place where calls are handed on. */
export class StartThreads implements StartThreadListener {
  readonly #onRoom: () => void;
  readonly #crew: StartCrew;
  readonly #cold = new ColdStarts();
  readonly #stuck = new StuckCalls();
  readonly #idle = new IdleTimer(IDLE_MS, () => {
    if (this.#places.inUse === 0 && this.#crew.endIdle(this.#places.board)) {
      this.#idle.used();
    }
  });
  /** Calls that are to be broken off. */
  readonly #unwanted = new WeakSet<StartJob>();
  #places = new StartPlaces();
  #wake: WakePipe | null = null;
  /** A call was made here in this turn. */
  #madeHere = false;
  /** A tick is due. */
  #isTicking = false;

  /**
   * @param onRoom - Called when more calls may be started than before.
   * @param makeThread - Default: a worker.
   */
  constructor(onRoom: () => void, makeThread?: StartThreadMaker) {
    this.#onRoom = onRoom;
    this.#crew = new StartCrew(makeThread);
  }

  /** Whether a further call would be made soon. */
  get hasRoom(): boolean {
    if (this.#madeHere && !this.#crew.isReady(this.#places.board)) {
      return false;
    }
    return this.#places.inUse < Math.max(1, this.#crew.count) + AHEAD;
  }

  /**
   * Has a call made.
   * @returns its place, for `takeBack()`.
   */
  start(job: StartJob): number {
    const { inUse, board } = this.#places;
    if (inUse === 0 && !this.#crew.isReady(board) && this.#cold.admits(job.what)) {
      if (!this.#cold.areNone && this.#crew.count === 0) {
        setImmediate(() => this.#crew.count > 0 || this.#grow());
      }
      this.startHere(job);
      return NO_PLACE;
    }
    const place = this.#crew.count > 0 || this.#grow() ? this.#places.put(job) : NO_PLACE;
    if (place === NO_PLACE) {
      this.startHere(job);
      return NO_PLACE;
    }
    this.#holdProcess(true);
    this.#tickLater();
    if (!this.#crew.ringOne(board) && this.#stuck.places.length >= this.#crew.count) {
      this.#grow();
    }
    return place;
  }

  /**
   * Makes a call on this thread.
   * @returns the errno, which the job is told too, later.
   */
  startHere(job: StartJob): number {
    const errno = job.call.make();
    const pid = job.call.finish();
    this.#cold.made(job.what);
    this.#madeHere = true;
    setImmediate(() => {
      this.#madeHere = false;
      try {
        job.onReturned(errno, pid, null);
      } finally {
        this.#onRoom();
      }
    });
    return errno;
  }

  /** Takes a call back; returns whether it has not been made and never will be. The caller finishes it. */
  takeBack(place: number): boolean {
    return this.#places.takeBack(place);
  }

  /**
   * Breaks a call off if it is stuck, or as soon as it turns out to be: it returns then, with a child that was killed before
   * it executed anything.
   */
  breakOff(place: number): void {
    const job = this.#places.jobs[place] ?? null;
    if (job !== null) {
      this.#unwanted.add(job);
      this.#killUnwanted();
    }
  }

  /** A child that a thread started has ended. */
  childEnded(thread: StartThread, pid: number): void {
    thread.children.delete(pid);
    this.#idle.used();
  }

  onThreadEnded(thread: StartThread): void {
    this.#places.runnerEnded(thread.number, EAGAIN);
    this.#collect();
    this.#crew.ended(thread, this.#places.board);
    if (this.#crew.count === 0) {
      this.#lostAll();
    }
  }

  #grow(): boolean {
    if (this.#wake === null) {
      try {
        this.#wake = new WakePipe(() => {
          this.#places.board.answerWakeUp();
          this.#collect();
        });
      } catch (full) {
        void full;
        return false;
      }
      process.on('exit', this.#breakOffAll);
    }
    const grown = this.#crew.grow(this.#places.board, this.#wake.writeFd, this);
    this.#closeIfUnused();
    this.#idle.used();
    return grown;
  }

  #closeIfUnused(): void {
    if (this.#crew.count === 0) {
      process.off('exit', this.#breakOffAll);
      this.#wake?.close();
      this.#wake = null;
    }
  }

  /** The last thread is gone: what it has not come to is left to another one, or made here. */
  #lostAll(): void {
    if (this.#places.inUse > 0 && this.#grow()) {
      return;
    }
    const lost = this.#places.jobs;
    this.#places = new StartPlaces();
    this.#closeIfUnused();
    for (const job of lost) {
      if (job !== null) {
        this.startHere(job);
      }
    }
    this.#onRoom();
  }

  #holdProcess(wanted: boolean): void {
    if (this.#wake !== null) {
      this.#wake.holds = wanted;
    }
  }

  /** Takes in what has returned. */
  #collect(): void {
    const before = this.#places.inUse;
    const returned = this.#places.collect();
    const after = this.#places.inUse;
    if (after === before) {
      return;
    }
    const told = returned.map(({ job, errno, pid, runner }) => {
      const thread = this.#crew.at(runner);
      if (errno === 0) {
        thread?.children.add(pid);
      }
      return () => {
        job.onReturned(errno, pid, thread);
      };
    });
    if (after === 0) {
      this.#holdProcess(false);
      this.#idle.used();
    }
    this.#onRoom();
    callAll(told);
  }

  /** While calls are under way: looks whether one is stuck, and sees to it that a thread is free beside it. */
  readonly #tick = (): void => {
    this.#isTicking = false;
    this.#stuck.look(this.#places);
    if (this.#places.inUse === 0) {
      return;
    }
    this.#killUnwanted();
    if (this.#stuck.places.length >= this.#crew.count && this.#places.board.waiting > 0 && this.#grow()) {
      this.#onRoom();
    }
    this.#tickLater();
  };

  #tickLater(): void {
    if (!this.#isTicking) {
      this.#isTicking = true;
      setTimeout(this.#tick, TICK_MS).unref();
    }
  }

  #killUnwanted(): void {
    const { jobs } = this.#places;
    for (const place of this.#stuck.places) {
      const job = jobs[place] ?? null;
      if (job !== null && this.#unwanted.has(job)) {
        this.#killUnstarted(place);
      }
    }
  }

  #killUnstarted(place: number): void {
    const places = this.#places;
    const runner = places.board.runner(place);
    this.#crew.at(runner)?.killUnstarted(places.board.threadId(runner), (pid) => places.isUnstarted(place, pid));
  }

  /** The process exits. */
  readonly #breakOffAll = (): void => {
    const { board } = this.#places;
    const end = performance.now() + EXIT_MS;
    for (const place of this.#places.takeBackAll()) {
      board.waitFor(place, Math.max(0, end - performance.now()));
      if (board.isRunning(place)) {
        this.#killUnstarted(place);
      }
    }
    this.#crew.waitForRest(board);
  };
}
