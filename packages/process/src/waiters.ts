/** Callers that wait for one thing that happens once; each has a promise of its own and can give up alone. */
export class Waiters<T> {
  readonly #waiting = new Set<{ resolve: (value: T) => void; reject: (reason: unknown) => void }>();
  #outcome: { readonly value: T } | { readonly error: Error } | null = null;

  /**
   * Waits.
   * @param signal - Ends this wait alone; it rejects with the signal's reason.
   */
  wait(signal?: AbortSignal): Promise<T> {
    if (this.#outcome !== null) {
      return 'value' in this.#outcome ? Promise.resolve(this.#outcome.value) : Promise.reject(this.#outcome.error);
    }
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const waiter = { resolve, reject };
      this.#waiting.add(waiter);
      if (signal === undefined) {
        return;
      }
      const onAbort = (): void => {
        this.#waiting.delete(waiter);
        reject(signal.reason);
      };
      const forget = (): void => {
        signal.removeEventListener('abort', onAbort);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      waiter.resolve = (value): void => {
        forget();
        resolve(value);
      };
      waiter.reject = (reason): void => {
        forget();
        reject(reason);
      };
    });
  }

  /** It happened. Only the first outcome counts. */
  resolve(value: T): void {
    if (this.#outcome === null) {
      this.#outcome = { value };
      this.#settle((waiter) => {
        waiter.resolve(value);
      });
    }
  }

  /** It will never happen. Only the first outcome counts. */
  reject(error: Error): void {
    if (this.#outcome === null) {
      this.#outcome = { error };
      this.#settle((waiter) => {
        waiter.reject(error);
      });
    }
  }

  #settle(each: (waiter: { resolve: (value: T) => void; reject: (reason: unknown) => void }) => void): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    waiting.forEach(each);
  }
}
