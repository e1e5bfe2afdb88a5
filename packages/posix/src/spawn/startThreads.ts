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
import { ColdStarts } from './coldStarts.js';
import type { SpawnCall } from './posixSpawn.js';
import { PLACES, StartBoard } from './startBoard.js';
import { StartCrew, type StartThreadMaker } from './startCrew.js';
import type { StartThread, StartThreadListener } from './startThread.js';
import { WakePipe } from './wakePipe.js';

/** A call to make, and who wants to know. */
export interface StartJob {
  readonly call: SpawnCall;
  /** The program and the directory: what a call may be stuck at. */
  readonly what: string;
  /**
   * Called once, later.
   * @param errno - 0 if there is a child.
   * @param thread - Which lives as long as the child, `null` if that is the main thread.
   */
  onReturned(errno: number, pid: number, thread: StartThread | null): void;
}

/** Calls that wait while one is made, so that the thread does not wait for us. */
const AHEAD = 3;
const TICK_MS = 10;
const IDLE_MS = 10_000;
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
  /** Those that a thread was making at the last tick, by place. */
  readonly #wereRunning: (StartJob | null)[] = Array<StartJob | null>(PLACES).fill(null);
  /** How many calls were under way at the last tick and at the one before. */
  #stuck = 0;
  /** Places that are in use: a call that was taken back has its place until a thread has come to it. */
  #inFlight = 0;
  /** A call was made here in this turn. */
  #madeHere = false;
  #wake: WakePipe | null = null;
  /** A tick is due. */
  #isTicking = false;
  /** The end of idle threads is due to be looked at. */
  #isResting = false;
  #idleSince = 0;
  readonly #onExit = (): void => {
    this.#breakOffAll();
  };

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
    const place = this.#isReady() ? this.#board.put(job.call.addresses) : NO_PLACE;
    if (place === NO_PLACE) {
      this.startHere(job);
      return NO_PLACE;
    }
    this.#jobs[place] = job;
    this.#inFlight += 1;
    this.#tickLater();
    if (!this.#crew.ringOne(this.#board) && this.#stuck >= this.#crew.count) {
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
      job.onReturned(errno, pid, null);
      this.#onRoom();
    });
    return errno;
  }

  /** Takes a call back; returns whether it has not been made and never will be. The caller finishes it. */
  takeBack(place: number): boolean {
    if (place === NO_PLACE || this.#jobs[place] === null || !this.#board.takeBack(place)) {
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
    if (job !== null && this.#wereRunning[place] === job) {
      this.#killUnstarted(place);
    }
  }

  /** A child that a thread started has ended. */
  childEnded(thread: StartThread, pid: number): void {
    thread.children.delete(pid);
    this.#restLater();
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

  /** Sees to it that there is a thread, and that we hear of its results; returns whether that is so. */
  #isReady(): boolean {
    if (this.#crew.count === 0 && !this.#grow()) {
      return false;
    }
    try {
      this.#wake?.watch();
      return true;
    } catch (full) {
      void full;
      return false;
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
      process.on('exit', this.#onExit);
    }
    const grown = this.#crew.grow(this.#board, this.#wake.writeFd, this);
    this.#closeIfUnused();
    this.#restLater();
    return grown;
  }

  #closeIfUnused(): void {
    if (this.#crew.count === 0) {
      process.off('exit', this.#onExit);
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

  #release(places: number): void {
    this.#inFlight -= places;
    if (this.#inFlight === 0) {
      this.#wake?.rest();
      this.#restLater();
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
    for (const tell of done) {
      try {
        tell();
      } catch (thrown) {
        // The others are to be told too.
        setImmediate(() => {
          throw thrown;
        });
      }
    }
  }

  /** While calls are under way: looks whether one is stuck, and sees to it that a thread is free beside it. */
  readonly #tick = (): void => {
    this.#isTicking = false;
    if (this.#inFlight === 0) {
      this.#stuck = 0;
      this.#wereRunning.fill(null);
      return;
    }
    this.#stuck = 0;
    for (const [place, job] of this.#jobs.entries()) {
      const running = job !== null && this.#board.isRunning(place) ? job : null;
      this.#stuck += running !== null && this.#wereRunning[place] === running ? 1 : 0;
      this.#wereRunning[place] = running;
    }
    if (this.#stuck >= this.#crew.count && this.#board.waiting > 0 && this.#grow()) {
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

  #restLater(): void {
    this.#idleSince = performance.now();
    if (this.#crew.count > 0) {
      this.#restAfter(IDLE_MS);
    }
  }

  readonly #rest = (): void => {
    this.#isResting = false;
    const restMs = this.#idleSince + IDLE_MS - performance.now();
    if (this.#inFlight > 0 || restMs > 1) {
      this.#restAfter(Math.max(restMs, TICK_MS));
      return;
    }
    this.#crew.endIdle(this.#board);
  };

  #restAfter(delayMs: number): void {
    if (!this.#isResting) {
      this.#isResting = true;
      setTimeout(this.#rest, delayMs).unref();
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
  #breakOffAll(): void {
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
    this.#crew.waitForRest(this.#board);
  }
}
