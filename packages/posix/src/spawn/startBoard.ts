/**
 * What the main thread and the start threads share: the calls to make, in shared memory.
 *
 * 1. The main thread alone fills places and puts them into the queue. Any thread takes the next one out, so a thread that
 *    is stuck in a call keeps nobody waiting but itself.
 * 2. A place goes from one state to the next by an atomic exchange. So a call that was taken back is never made, and one that
 *    was begun is never taken back:
 *
 *    state   | put    | a thread comes to it | taken back | the call returned | the main thread has read it
 *    FREE    | QUEUED |                      |            |                   |
 *    QUEUED  |        | RUNNING              | REVOKED    |                   |
 *    RUNNING |        |                      | refused    | DONE              |
 *    REVOKED |        | DONE                 |            |                   |
 *    DONE    |        |                      | refused    |                   | FREE
 *
 * 3. A thread that finds the queue empty lies down on its bell, a word of its own, after it has looked once more: the main
 *    thread puts into the queue first and rings then, so one of the two always sees the other.
 * 4. A place that was taken back stays in the queue until a thread comes to it: only then it is used again.
 * 5. A thread may be ended only while it rests: one that is ended while it loads koffi, or is inside of it, takes the process along
 *    (`napi_throw`). So it tells when it has loaded what it needs, and its bell tells when it sleeps.
 * 6. `WOKEN` is set while the main thread has not yet answered a wake-up: there is one for many results.
 */
import { performance } from 'node:perf_hooks';
import { ARGUMENT_COUNT } from './posixSpawn.js';

/** Threads at most. */
export const MAX_THREADS: number = 8;
/** Calls at a time at most: on each thread one, and some more that wait. */
export const PLACES: number = 32;
/** A power of two, at least as many as there are places. */
export const QUEUE_LENGTH: number = 32;

const FREE = 0;
export const QUEUED: number = 1;
export const RUNNING: number = 2;
const REVOKED = 3;
export const DONE: number = 4;

/** A bell. */
export const ASLEEP: number = 0;
export const AWAKE: number = 1;

/** Where the words of 32 bits are. */
export const HEAD: number = 0;
export const TAIL: number = 1;
export const WOKEN: number = 2;
export const QUEUE: number = 4;
/** By place: its state, the errno of the call, and the number of the thread that made it. */
export const STATE: number = QUEUE + QUEUE_LENGTH;
export const ERRNO: number = STATE + PLACES;
export const RUNNER: number = ERRNO + PLACES;
/** By thread: its bell, its number in the system (0 until it is ready), and 1 once it has loaded what it needs, or could not. */
export const BELL: number = RUNNER + PLACES;
export const THREAD_ID: number = BELL + MAX_THREADS;
export const LOADED: number = THREAD_ID + MAX_THREADS;
const WORDS = LOADED + MAX_THREADS;

/** How long an end of a thread waits for it to come up, which takes some 40 ms if nothing is in the way. */
const LOAD_MS = 2_000;
/** How long it waits for one that is up to fall asleep. */
const REST_MS = 100;
const POLL_MS = 1;

/** Where the addresses are, in bytes. */
export const ADDRESSES: number = WORDS * 4;

/** The board, as the main thread uses it. */
export class StartBoard {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #addresses: Float64Array;

  /** @param memory - That of another one. Default: its own. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(ADDRESSES + PLACES * ARGUMENT_COUNT * 8)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, WORDS);
    this.#addresses = new Float64Array(memory, ADDRESSES);
  }

  /**
   * Puts a call into the queue.
   * @returns its place, -1 if all are taken.
   */
  put(addresses: readonly number[]): number {
    const words = this.#words;
    const place = words.indexOf(FREE, STATE) - STATE;
    if (place < 0 || place >= PLACES) {
      return -1;
    }
    this.#addresses.set(addresses, place * ARGUMENT_COUNT);
    Atomics.store(words, STATE + place, QUEUED);
    const tail = Atomics.load(words, TAIL);
    Atomics.store(words, QUEUE + (tail & (QUEUE_LENGTH - 1)), place);
    Atomics.store(words, TAIL, (tail + 1) | 0);
    return place;
  }

  /** Takes a call back; returns whether no thread had come to it. */
  takeBack(place: number): boolean {
    return Atomics.compareExchange(this.#words, STATE + place, QUEUED, REVOKED) === QUEUED;
  }

  /** Whether the call has returned, or will never be made. */
  isDone(place: number): boolean {
    return Atomics.load(this.#words, STATE + place) === DONE;
  }

  /** Whether a thread is making the call. */
  isRunning(place: number): boolean {
    return Atomics.load(this.#words, STATE + place) === RUNNING;
  }

  /** Returns what a call returned. */
  errno(place: number): number {
    return Atomics.load(this.#words, ERRNO + place);
  }

  /** Returns the number of the thread that came to a call. */
  runner(place: number): number {
    return Atomics.load(this.#words, RUNNER + place);
  }

  /** Lets a place be used again. */
  free(place: number): void {
    Atomics.store(this.#words, STATE + place, FREE);
  }

  /** How many calls no thread has come to. */
  get waiting(): number {
    return (Atomics.load(this.#words, TAIL) - Atomics.load(this.#words, HEAD)) | 0;
  }

  /** Wakes a thread; returns whether it slept. */
  ring(thread: number): boolean {
    const slept = Atomics.compareExchange(this.#words, BELL + thread, ASLEEP, AWAKE) === ASLEEP;
    if (slept) {
      Atomics.notify(this.#words, BELL + thread);
    }
    return slept;
  }

  isAsleep(thread: number): boolean {
    return Atomics.load(this.#words, BELL + thread) === ASLEEP;
  }

  /** Before a thread is started: it is neither asleep nor ready. */
  enroll(thread: number): void {
    Atomics.store(this.#words, BELL + thread, AWAKE);
    Atomics.store(this.#words, THREAD_ID + thread, 0);
    Atomics.store(this.#words, LOADED + thread, 0);
  }

  /** Returns the number of a thread in the system: 0 until it is ready, negative if it is not known. */
  threadId(thread: number): number {
    return Atomics.load(this.#words, THREAD_ID + thread);
  }

  /** From now on the next result is told again. */
  answerWakeUp(): void {
    Atomics.store(this.#words, WOKEN, 0);
  }

  /** Waits for a call that a thread is making; only for the end of the process. */
  waitFor(place: number, timeoutMs: number): void {
    Atomics.wait(this.#words, STATE + place, RUNNING, timeoutMs);
  }

  /**
   * Waits, for a bounded time, until a thread may be ended: it sleeps, or could not be made ready. No call may be left for it.
   */
  waitForRest(thread: number): void {
    Atomics.wait(this.#words, LOADED + thread, 0, LOAD_MS);
    const end = performance.now() + REST_MS;
    while (this.threadId(thread) !== 0 && !this.isAsleep(thread) && performance.now() < end) {
      // It does not tell that it falls asleep: that would cost a call each time, and this is the end.
      Atomics.wait(this.#words, BELL + thread, AWAKE, POLL_MS);
    }
  }

  /** A thread ended in the middle of a call. */
  breakOff(place: number, errno: number): void {
    Atomics.store(this.#words, ERRNO + place, errno);
    Atomics.store(this.#words, STATE + place, DONE);
  }
}
