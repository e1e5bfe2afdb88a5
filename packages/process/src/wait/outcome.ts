import { WaiterList } from './waiterList.js';

/** Something that happens once, or never will; any number of callers wait for it, and each can give up alone. */
export class Outcome<T> {
  readonly #waiters = new WaiterList();
  #settled: { readonly value: T } | { readonly error: Error } | null = null;

  /** Whether it happened, or never will. */
  get settled(): boolean {
    return this.#settled !== null;
  }

  /**
   * Waits for it.
   * @param signal - Ends this wait alone; it rejects with the signal's reason.
   */
  async wait(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#settled === null) {
      await this.#waiters.wait(signal);
    }
    if (this.#settled !== null && 'value' in this.#settled) {
      return this.#settled.value;
    }
    throw this.#settled?.error ?? new Error('woken before the outcome');
  }

  /** It happened. Only the first outcome counts. */
  resolve(value: T): void {
    if (this.#settled === null) {
      this.#settled = { value };
      this.#waiters.settle(null);
    }
  }

  /** It will never happen. Only the first outcome counts. */
  reject(error: Error): void {
    if (this.#settled === null) {
      this.#settled = { error };
      this.#waiters.settle(error);
    }
  }
}
