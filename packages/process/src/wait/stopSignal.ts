/** What a wait needs of an `AbortSignal`. */
export type Cancellation = Pick<
  AbortSignal,
  'aborted' | 'reason' | 'throwIfAborted' | 'addEventListener' | 'removeEventListener'
>;

type Listener = Parameters<AbortSignal['addEventListener']>[1];

/**
 * An `AbortSignal` for waits inside this package, where nobody else can listen.
 *
 * Every `run` needs one, and Node's own costs a child some 5 percent of its rate: it is an `EventTarget`, with the listeners
 * in a map of lists, and it is registered for garbage collection.
 */
export class StopSignal implements Cancellation {
  #listeners: Set<Listener> | null = null;
  #aborted = false;
  #reason: unknown = undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#aborted) {
      throw this.#reason;
    }
  }

  /** Only the first call has an effect. */
  abort(reason: unknown): void {
    if (this.#aborted) {
      return;
    }
    this.#aborted = true;
    this.#reason = reason;
    const listeners = this.#listeners ?? [];
    this.#listeners = null;
    for (const listener of listeners) {
      const event = new Event('abort');
      if (typeof listener === 'function') {
        listener(event);
      } else {
        listener.handleEvent(event);
      }
    }
  }

  addEventListener(_type: string, listener: Listener): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_type: string, listener: Listener): void {
    this.#listeners?.delete(listener);
  }
}
