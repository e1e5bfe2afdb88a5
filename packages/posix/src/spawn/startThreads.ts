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
 *    is killed. Node would wait for its thread otherwise.
 *
 * The states of a call are those of its place: see `startBoard.ts`.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers';
import { EAGAIN } from '../native/constants.js';
import { callAll } from './callAll.js';
import { ColdStarts } from './coldStarts.js';
import { IdleTimer } from './idleTimer.js';
import { PLACES, StartBoard } from './startBoard.js';
import { StartCrew, type StartThreadMaker } from './startCrew.js';
import type { StartJob } from './startJob.js';
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
  #board = new StartBoard();
  /** By place. */
  readonly #jobs: (StartJob | null)[] = Array<StartJob | null>(PLACES).fill(null);
  readonly #stuck = new StuckCalls<StartJob>();
  /** Places that are in use: a call that was taken back has its place until a thread has come to it. */
  #inFlight = 0;
  /** A call was made here in this turn. */
  #madeHere = false;
  #wake: WakePipe | null = null;
  #watchdog: NodeJS.Timeout | null = null;
  readonly #idle = new IdleTimer(IDLE_MS, () => {
    if (this.#inFlight === 0 && this.#crew.endIdle(this.#board)) {
      this.#idle.used();
    }
  });

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
    if (this.#madeHere && !this.#crew.isReady(this.#board)) {
      return false;
    }
    return this.#inFlight < Math.max(1, this.#crew.count) + AHEAD;
  }

  /**
   * Has a call made.
   * @returns its place, for `takeBack()`.
   */
  start(job: StartJob): number {
    if (this.#inFlight === 0 && !this.#crew.isReady(this.#board) && this.#cold.admits(job.what)) {
      if (!this.#cold.areNone && this.#crew.count === 0) {
        setImmediate(() => this.#crew.count > 0 || this.#grow());
      }
      this.startHere(job);
      return NO_PLACE;
    }
    const place = this.#crew.count > 0 || this.#grow() ? this.#board.put(job.call.addresses) : NO_PLACE;
    if (place === NO_PLACE) {
      this.startHere(job);
      return NO_PLACE;
    }
    this.#jobs[place] = job;
    this.#inFlight += 1;
    this.#holdProcess(true);
    this.#watch();
    if (!this.#crew.ringOne(this.#board) && this.#stuck.count >= this.#crew.count) {
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
    if ((this.#jobs[place] ?? null) === null || !this.#board.takeBack(place)) {
      return false;
    }
    this.#jobs[place] = null;
    return true;
  }

  /**
   * Breaks a call off if it is stuck: it returns then, with a child that was killed before it executed anything.
   *
   * A call that has only just begun is left alone.
   */
  breakOff(place: number): void {
    const job = this.#jobs[place] ?? null;
    if (job !== null && this.#stuck.has(place, job)) {
      this.#killUnstarted(place);
    }
  }

  /** A child that a thread started has ended. */
  childEnded(thread: StartThread, pid: number): void {
    thread.children.delete(pid);
    this.#idle.used();
  }

  onThreadEnded(thread: StartThread): void {
    for (const [place, job] of this.#jobs.entries()) {
      if (this.#board.isRunning(place) && this.#board.runner(place) === thread.number) {
        // It may have come as far as to make the child.
        this.#board.breakOff(place, job !== null && job.call.pid > 0 ? 0 : EAGAIN);
      }
    }
    this.#collect();
    this.#crew.ended(thread, this.#board);
    if (this.#crew.count === 0) {
      this.#lostAll();
    }
  }

  #grow(): boolean {
    if (this.#wake === null) {
      try {
        this.#wake = new WakePipe(() => {
          this.#board.answerWakeUp();
          this.#collect();
        });
      } catch (full) {
        void full;
        return false;
      }
      process.on('exit', this.#breakOffAll);
    }
    const grown = this.#crew.grow(this.#board, this.#wake.writeFd, this);
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
    if (this.#inFlight > 0 && this.#grow()) {
      return;
    }
    const jobs = this.#jobs.filter((job) => job !== null);
    this.#jobs.fill(null);
    this.#board = new StartBoard();
    this.#release(this.#inFlight);
    this.#closeIfUnused();
    for (const job of jobs) {
      this.startHere(job);
    }
    this.#onRoom();
  }

  #holdProcess(wanted: boolean): void {
    if (this.#wake !== null) {
      this.#wake.holds = wanted;
    }
  }

  #release(places: number): void {
    this.#inFlight -= places;
    if (this.#inFlight === 0) {
      this.#holdProcess(false);
      this.#idle.used();
    }
  }

  #collect(): void {
    const board = this.#board;
    const done: (() => void)[] = [];
    let places = 0;
    for (let place = 0; place < PLACES; place += 1) {
      if (!board.isDone(place)) {
        continue;
      }
      const job = this.#jobs[place] ?? null;
      const errno = board.errno(place);
      const thread = this.#crew.at(board.runner(place));
      this.#jobs[place] = null;
      board.free(place);
      places += 1;
      if (job !== null) {
        const pid = job.call.finish();
        if (errno === 0) {
          thread?.children.add(pid);
        }
        done.push(() => {
          job.onReturned(errno, pid, thread);
        });
      }
    }
    if (places === 0) {
      return;
    }
    this.#release(places);
    this.#onRoom();
    callAll(done);
  }

  /** While calls are under way: looks whether one is stuck, and sees to it that a thread is free beside it. */
  readonly #tick = (): void => {
    this.#watchdog = null;
    this.#stuck.look(this.#jobs, this.#board);
    if (this.#inFlight === 0) {
      return;
    }
    if (this.#stuck.count >= this.#crew.count && this.#board.waiting > 0 && this.#grow()) {
      this.#onRoom();
    }
    this.#watch();
  };

  #watch(): void {
    if (this.#watchdog === null) {
      this.#watchdog = setTimeout(this.#tick, TICK_MS).unref();
    }
  }

  #killUnstarted(place: number): void {
    const runner = this.#board.runner(place);
    this.#crew
      .at(runner)
      ?.killUnstarted(
        this.#board.threadId(runner),
        (pid) => this.#board.isRunning(place) && this.#jobs.every((job) => job?.call.pid !== pid),
      );
  }

  /** The process exits. */
  readonly #breakOffAll = (): void => {
    const places = [...this.#jobs.keys()];
    for (const place of places) {
      this.takeBack(place);
    }
    const end = performance.now() + EXIT_MS;
    for (const place of places.filter((running) => this.#board.isRunning(running))) {
      this.#board.waitFor(place, Math.max(0, end - performance.now()));
      if (this.#board.isRunning(place)) {
        this.#killUnstarted(place);
      }
    }
  };
}
