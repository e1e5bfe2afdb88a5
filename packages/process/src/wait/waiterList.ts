/**
 * Callers that wait for the same event, each with a promise of its own.
 *
 * | state of a waiter | `settle(null)` | `settle(error)` | its signal is aborted      |
 * | ----------------- | -------------- | --------------- | -------------------------- |
 * | waiting           | resolve        | reject          | reject with its reason     |
 * | settled           | -              | -               | -                          |
 */
import type { Cancellation } from './stopSignal.js';

class Waiter {
  readonly #list: Set<Waiter>;
  readonly #signal: Cancellation | undefined;
  readonly #resolve: () => void;
  readonly #reject: (reason: unknown) => void;

  constructor(
    list: Set<Waiter>,
    signal: Cancellation | undefined,
    resolve: () => void,
    reject: (reason: unknown) => void,
  ) {
    this.#list = list;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal?.addEventListener('abort', this);
  }

  settle(error: Error | null): void {
    this.#signal?.removeEventListener('abort', this);
    if (error === null) {
      this.#resolve();
    } else {
      this.#reject(error);
    }
  }

  /** The signal was aborted. */
  handleEvent(): void {
    this.#list.delete(this);
    this.#signal?.removeEventListener('abort', this);
    this.#reject(this.#signal?.reason);
  }
}

/** The callers that wait for one event. */
export class WaiterList {
  /** Most lists never have one. */
  #waiters: Set<Waiter> | null = null;

  /** Number of callers that wait. */
  get size(): number {
    return this.#waiters?.size ?? 0;
  }

  /** Returns a promise that `settle` settles; on abort of the signal it rejects with the reason. */
  wait(signal: Cancellation | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      this.#waiters ??= new Set();
      this.#waiters.add(new Waiter(this.#waiters, signal, resolve, reject));
    });
  }

  /** Resolves (`null`) or rejects the promises of all callers that wait now. */
  settle(error: Error | null): void {
    if (this.#waiters === null || this.#waiters.size === 0) {
      return;
    }
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) {
      waiter.settle(error);
    }
  }
}
