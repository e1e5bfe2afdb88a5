/**
 * | state    | `resolve(value)`             | `reject(error)`              | `wait()`                    |
 * | -------- | ---------------------------- | ---------------------------- | --------------------------- |
 * | pending  | resolved; resolve all waits  | rejected; reject all waits   | waits                       |
 * | resolved | -                            | -                            | resolves with the value     |
 * | rejected | -                            | -                            | rejects with the error      |
 */
import type { Cancellation } from './stopSignal.js';
import { WaiterList } from './waiterList.js';

/** An event that happens at most once. Any number of callers can wait for it, and each can stop waiting alone. */
export class Outcome<T> {
  readonly #waiters = new WaiterList();
  #settled: { readonly value: T } | { readonly error: Error } | null = null;

  /** Whether it happened, or never will. */
  get settled(): boolean {
    return this.#settled !== null;
  }

  /**
   * Waits for the event.
   * @param signal - Ends this wait only; it rejects with the reason of the signal. Default: none.
   * @returns the value that `resolve` was called with.
   * @throws (rejects) the error that `reject` was called with.
   */
  async wait(signal?: Cancellation): Promise<T> {
    signal?.throwIfAborted();
    if (this.#settled === null) {
      await this.#waiters.wait(signal);
    }
    if (this.#settled !== null && 'value' in this.#settled) {
      return this.#settled.value;
    }
    throw this.#settled?.error ?? new Error('woken before the outcome');
  }

  /** Settles the event with a value. Later calls of `resolve` and `reject` do nothing. */
  resolve(value: T): void {
    if (this.#settled === null) {
      this.#settled = { value };
      this.#waiters.settle(null);
    }
  }

  /** Settles the event with an error: it will not happen. Later calls of `resolve` and `reject` do nothing. */
  reject(error: Error): void {
    if (this.#settled === null) {
      this.#settled = { error };
      this.#waiters.settle(error);
    }
  }
}
