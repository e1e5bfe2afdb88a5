/** A start thread that a test moves by hand, over the same board as a real one. */
import { writeSync } from 'node:fs';
import {
  ASLEEP,
  BELL,
  DONE,
  ERRNO,
  HEAD,
  LOADED,
  MAX_THREADS,
  QUEUE,
  QUEUED,
  QUEUE_LENGTH,
  RUNNER,
  RUNNING,
  STATE,
  TAIL,
  THREAD_ID,
  WOKEN,
} from '../../src/spawn/startBoard.js';
import type { StartThread, StartThreadListener } from '../../src/spawn/startThread.js';

/** A thread; it does nothing by itself. */
export class SimulatedThread implements StartThread {
  readonly children = new Set<number>();
  readonly number: number;
  isEnding = false;
  /** How often it was asked to kill what it has not started. */
  killed = 0;
  readonly #words: Int32Array;
  readonly #wakeFd: number;
  readonly #listener: StartThreadListener;

  constructor(number: number, board: SharedArrayBuffer, wakeFd: number, listener: StartThreadListener) {
    this.number = number;
    this.#words = new Int32Array(board, 0, LOADED + MAX_THREADS);
    this.#wakeFd = wakeFd;
    this.#listener = listener;
  }

  /** It has come up, and sleeps if there is nothing to do. */
  comeUp(): void {
    Atomics.store(this.#words, THREAD_ID + this.number, 1_000 + this.number);
    Atomics.store(this.#words, LOADED + this.number, 1);
    this.#sleepIfIdle();
  }

  /** Comes to the next call; returns its place, -1 if there is none, or if it has been taken back. */
  take(): number {
    const words = this.#words;
    const head = Atomics.load(words, HEAD);
    if (head === Atomics.load(words, TAIL)) {
      return -1;
    }
    const place = Atomics.load(words, QUEUE + (head & (QUEUE_LENGTH - 1)));
    Atomics.store(words, HEAD, head + 1);
    if (Atomics.compareExchange(words, STATE + place, QUEUED, RUNNING) !== QUEUED) {
      this.#done(place);
      return -1;
    }
    Atomics.store(words, RUNNER + place, this.number);
    return place;
  }

  /** The call at a place has returned. */
  finish(place: number, errno = 0): void {
    Atomics.store(this.#words, ERRNO + place, errno);
    this.#done(place);
  }

  /** Ends by itself. */
  crash(): void {
    this.#listener.onThreadEnded(this);
  }

  end(): void {
    this.isEnding = true;
    this.#listener.onThreadEnded(this);
  }

  killUnstarted(): void {
    this.killed += 1;
  }

  #done(place: number): void {
    Atomics.store(this.#words, STATE + place, DONE);
    if (Atomics.exchange(this.#words, WOKEN, 1) === 0) {
      writeSync(this.#wakeFd, Buffer.alloc(1));
    }
    this.#sleepIfIdle();
  }

  #sleepIfIdle(): void {
    if (Atomics.load(this.#words, HEAD) === Atomics.load(this.#words, TAIL)) {
      Atomics.store(this.#words, BELL + this.number, ASLEEP);
    }
  }
}
