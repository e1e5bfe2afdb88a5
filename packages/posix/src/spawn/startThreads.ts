/**
 * The threads on which children are started.
 *
 * 1. There is none until a child is to be started. One is enough: a call takes half a millisecond.
 * 2. A call may be stuck, with a program on a file system that does not answer. If nothing moves for 50 ms and calls wait, a
 *    further thread takes them, up to `MAX_THREADS`.
 * 3. A thread ends after `IDLE_MS` without work, and not before all children that it started have ended: see `StartThread`.
 * 4. Where there can be no thread (a permission model without workers, no free descriptor) the call is made on the main
 *    thread, which waits for it then. After `RETRY_MS` a thread is tried again.
 * 5. While a call is under way the process is kept alive; a thread alone does not.
 * 6. When the process exits, a call that is stuck is broken off by killing what has not become the child yet. Node would wait
 *    for its thread otherwise.
 */
import { setImmediate, setTimeout } from 'node:timers';
import { EAGAIN } from '../native/constants.js';
import { native } from '../native/ffi.js';
import { poller, READABLE, type PollSlot, type PollTarget } from '../loop/poller.js';
import { makePipe, type PipeEnds } from '../pipe/pipes.js';
import type { SpawnCall } from './posixSpawn.js';
import { MAX_THREADS, PLACES, StartBoard } from './startBoard.js';
import { StartThread, type StartThreadListener } from './startThread.js';

/** A call to make, and who wants to know. */
export interface StartJob {
  readonly call: SpawnCall;
  /**
   * Called once, later.
   * @param errno - 0 if there is a child.
   * @param thread - Which lives as long as the child, `null` if that is the main thread.
   */
  onReturned(errno: number, pid: number, thread: StartThread | null): void;
}

/** Calls that wait while one is made, so that the thread does not wait for us. */
const AHEAD = 3;
const TICK_MS = 25;
/** Ticks without movement after which a call counts as stuck. */
const STUCK_TICKS = 2;
const IDLE_MS = 10_000;
const RETRY_MS = 1_000;
/** How long an exit of the process waits for a call that is under way. */
const EXIT_MS = 100;

/** The place of a call that is made on the main thread. */
const NO_PLACE = -1;

/** The threads. */
export class StartThreads implements PollTarget, StartThreadListener {
  readonly #onRoom: () => void;
  #board = new StartBoard();
  /** By number. */
  readonly #threads: (StartThread | null)[] = Array<StartThread | null>(MAX_THREADS).fill(null);
  #count = 0;
  /** By place. */
  readonly #jobs: (StartJob | null)[] = Array<StartJob | null>(PLACES).fill(null);
  /** Places that are in use: a call that was taken back has its place until a thread has come to it. */
  #inFlight = 0;
  #wake: PipeEnds | null = null;
  #slot: PollSlot | null = null;
  #noThreadBefore = Number.NEGATIVE_INFINITY;
  #watchdog: NodeJS.Timeout | null = null;
  #stillTicks = 0;
  #moved = 0;
  #returned = 0;
  #idleTimer: NodeJS.Timeout | null = null;
  #idleSince = 0;
  readonly #bytes = new Uint8Array(8);
  readonly #onExit = (): void => {
    this.#breakOff();
  };

  /** @param onRoom - Called when more calls may be started than before. */
  constructor(onRoom: () => void) {
    this.#onRoom = onRoom;
  }

  /** Whether a further call would be made soon. */
  get hasRoom(): boolean {
    return this.#inFlight < Math.max(1, this.#count) + AHEAD;
  }

  /**
   * Has a call made.
   * @returns its place, for `takeBack()`.
   */
  start(job: StartJob): number {
    const place = this.#isReady() ? this.#board.put(job.call.addresses) : NO_PLACE;
    if (place === NO_PLACE) {
      this.startHere(job);
      return NO_PLACE;
    }
    this.#jobs[place] = job;
    this.#hold();
    if (!this.#ringOne() && this.#stillTicks >= STUCK_TICKS) {
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
    setImmediate(() => {
      job.onReturned(errno, pid, null);
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

  /** A child that a thread started has ended. */
  childEnded(thread: StartThread, pid: number): void {
    thread.children.delete(pid);
    this.#restLater();
  }

  /** There are results. */
  onReady(): void {
    native().read(this.#wake?.ours ?? -1, this.#bytes, this.#bytes.length);
    this.#board.answerWakeUp();
    this.#collect();
  }

  onThreadEnded(thread: StartThread): void {
    const { number } = thread;
    for (const [place, job] of this.#jobs.entries()) {
      if (this.#board.isRunning(place) && this.#board.runner(place) === number) {
        // It may have come as far as to make the child.
        this.#board.breakOff(place, job !== null && job.call.pid > 0 ? 0 : EAGAIN);
      }
    }
    this.#collect();
    this.#threads[number] = null;
    this.#count -= 1;
    if (this.#board.threadId(number) === 0) {
      this.#noThreadBefore = performance.now() + RETRY_MS;
    }
    if (this.#count === 0) {
      this.#lostAll();
    }
  }

  /** Sees to it that there is a thread, and that we hear of its results; returns whether that is so. */
  #isReady(): boolean {
    if (this.#count === 0 && !this.#grow()) {
      return false;
    }
    if (this.#slot === null) {
      try {
        this.#slot = poller().add(this.#wake?.ours ?? -1, READABLE, this);
      } catch (full) {
        void full;
        return false;
      }
    }
    return true;
  }

  #grow(): boolean {
    const number = this.#threads.indexOf(null);
    const starting = this.#threads.some((thread) => thread !== null && this.#board.threadId(thread.number) === 0);
    if (number < 0 || starting || performance.now() < this.#noThreadBefore) {
      return false;
    }
    try {
      this.#wake ??= this.#openWake();
      this.#board.enroll(number);
      this.#threads[number] = new StartThread(number, this.#board.memory, this.#wake.childs, this);
      this.#count += 1;
      return true;
    } catch (refused) {
      void refused;
      this.#noThreadBefore = performance.now() + RETRY_MS;
      this.#closeIfUnused();
      return false;
    }
  }

  #openWake(): PipeEnds {
    const ends = makePipe(false, 3);
    process.on('exit', this.#onExit);
    return ends;
  }

  #closeIfUnused(): void {
    if (this.#count > 0 || this.#wake === null) {
      return;
    }
    process.off('exit', this.#onExit);
    native().close(this.#wake.ours);
    native().close(this.#wake.childs);
    this.#wake = null;
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

  #ringOne(): boolean {
    for (const thread of this.#threads) {
      if (thread !== null && !thread.isEnding && this.#board.ring(thread.number)) {
        return true;
      }
    }
    return false;
  }

  #hold(): void {
    this.#inFlight += 1;
    this.#watchdog ??= setTimeout(this.#tick, TICK_MS).unref();
  }

  #release(places: number): void {
    this.#inFlight -= places;
    if (this.#inFlight === 0 && this.#slot !== null) {
      poller().remove(this.#slot);
      this.#slot = null;
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
      const thread = this.#threads[board.runner(place)] ?? null;
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
    this.#returned += places;
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

  /** While calls are under way: looks whether anything moves. */
  readonly #tick = (): void => {
    this.#watchdog = null;
    const moved = this.#board.taken + this.#returned;
    this.#stillTicks = this.#inFlight > 0 && moved === this.#moved ? this.#stillTicks + 1 : 0;
    this.#moved = moved;
    if (this.#inFlight === 0) {
      return;
    }
    if (this.#stillTicks >= STUCK_TICKS && this.#board.waiting > 0 && this.#grow()) {
      this.#onRoom();
    }
    this.#watchdog = setTimeout(this.#tick, TICK_MS).unref();
  };

  #restLater(): void {
    this.#idleSince = performance.now();
    this.#idleTimer ??= setTimeout(this.#rest, IDLE_MS).unref();
  }

  /** Ends the threads that nobody needs. */
  readonly #rest = (): void => {
    this.#idleTimer = null;
    const restMs = this.#idleSince + IDLE_MS - performance.now();
    if (this.#inFlight > 0 || restMs > 1) {
      this.#idleTimer = setTimeout(this.#rest, Math.max(restMs, TICK_MS)).unref();
      return;
    }
    for (const thread of this.#threads) {
      if (thread !== null && thread.children.size === 0 && this.#board.isAsleep(thread.number)) {
        thread.end();
      }
    }
  };

  /** The process exits. */
  #breakOff(): void {
    for (let place = 0; place < PLACES; place += 1) {
      if (this.#board.isRunning(place)) {
        this.#board.waitFor(place, EXIT_MS);
      }
      if (this.#board.isRunning(place)) {
        const runner = this.#board.runner(place);
        this.#threads[runner]?.killUnstarted(this.#board.threadId(runner));
      }
    }
  }
}
