/**
 * Where the callbacks of one transport run, one after the other.
 *
 * | state    | `deliver`           | `schedule`                 | `open`               | the queue got empty |
 * | -------- | ------------------- | -------------------------- | -------------------- | ------------------- |
 * | closed   | waits               | waits                      | draining, `first` first | -                |
 * | idle     | runs at once        | waits; a job will drain    | -                    | -                   |
 * | waiting  | waits               | waits                      | -                    | -                   |
 * | draining | waits, same drain   | waits, same drain          | -                    | idle                |
 *
 * 1. Callbacks run in the order in which they were handed in.
 * 2. Nothing runs before `open()`; what came earlier waits.
 * 3. `deliver` is for callers inside an input event: it runs the callback at once if nothing waits.
 * 4. `schedule` is for callers on a user's stack: the callback always runs on a stack of its own.
 * 5. A throw is reported and stops nothing, not even a throw of the reporter.
 * 6. Callbacks and the reporter run in the asynchronous context in which the queue was made, the creation's: an event may
 *    come in any other one, that of a write, of a close, of another child's start, or in none.
 */
import { AsyncResource } from 'node:async_hooks';
import { reportAsUncaught, type CallbackErrorReporter } from '../contract/callbackErrors.js';
import { CallbackError } from '../contract/errors.js';
import { Fifo } from '../seam/fifo.js';

interface Entry {
  readonly name: string;
  readonly callback: () => void;
}

/** Calls a user's callbacks, one after the other. */
export class CallbackQueue {
  readonly #report: CallbackErrorReporter;
  /** Entering it costs some 10 ns and allocates nothing; `AsyncLocalStorage.snapshot()` costs ten times that. */
  readonly #context = new AsyncResource('SubwireTransport', { requireManualDestroy: true });
  readonly #waiting = new Fifo<Entry>();
  #open = false;
  #draining = false;
  #scheduled = false;

  constructor(report: CallbackErrorReporter) {
    this.#report = report;
  }

  /** Runs `first`, then everything that waited, and lets later callbacks through. */
  open(name: string, first: () => void): void {
    this.#open = true;
    this.#waiting.unshift({ name, callback: first });
    this.#drain();
  }

  /** Runs a callback now, or behind those that wait. */
  deliver(name: string, callback: () => void): void {
    if (this.#open && !this.#draining && this.#waiting.length === 0) {
      this.run(name, callback);
      return;
    }
    this.#waiting.push({ name, callback });
  }

  /** Runs a callback later, on a stack of its own. */
  schedule(name: string, callback: () => void): void {
    this.#waiting.push({ name, callback });
    if (this.#open && !this.#scheduled) {
      this.#scheduled = true;
      // Not `queueMicrotask`: a test runner may have replaced it.
      void Promise.resolve().then(() => {
        this.#scheduled = false;
        this.#drain();
      });
    }
  }

  /** Runs a callback on this very stack; its throw is reported. */
  run(name: string, callback: () => void): void {
    try {
      this.#context.runInAsyncScope(callback);
    } catch (thrown) {
      this.report(name, thrown);
    }
  }

  /** Calls a method in the context of the callbacks. For the hot path: no closure, and throws are the method's to report. */
  enter<This, Argument, Result>(
    method: (this: This, argument: Argument) => Result,
    self: This,
    argument: Argument,
  ): Result {
    return this.#context.runInAsyncScope(method, self, argument);
  }

  /** Reports what a callback threw. */
  report(name: string, thrown: unknown): void {
    try {
      this.#context.runInAsyncScope(this.#report, undefined, new CallbackError(name, thrown));
    } catch (broken) {
      // The reporter is the user's too.
      reportAsUncaught(broken);
    }
  }

  #drain(): void {
    if (this.#draining) {
      return;
    }
    this.#draining = true;
    try {
      // Callbacks may append; the loop sees what they append.
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.run(next.name, next.callback);
      }
    } finally {
      this.#draining = false;
    }
  }
}
