import type { ChunkQueue } from '../search/chunkQueue.js';
import type { SeparatorSearch } from '../search/separatorSearch.js';
import { ConcurrentReadError } from '../results/streamErrors.js';

/** What a waiting read needs before it is woken: so many bytes, or a separator. */
export interface ReadNeed {
  /** Bytes in the buffer that are enough whatever they are; `Infinity` to wait for the end. */
  readonly bytes: number;
  /** What else would be enough. */
  readonly search: SeparatorSearch | null;
}

/** One read that waits. */
class Waiter {
  readonly #slot: WaiterSlot;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: () => void;
  readonly #reject: (reason: unknown) => void;
  readonly method: string;
  readonly need: ReadNeed;

  constructor(
    slot: WaiterSlot,
    request: { method: string; need: ReadNeed; signal: AbortSignal | undefined },
    resolve: () => void,
    reject: (reason: unknown) => void,
  ) {
    this.#slot = slot;
    this.method = request.method;
    this.need = request.need;
    this.#signal = request.signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal?.addEventListener('abort', this);
  }

  wake(): void {
    this.#signal?.removeEventListener('abort', this);
    this.#resolve();
  }

  fail(reason: unknown): void {
    this.#signal?.removeEventListener('abort', this);
    this.#reject(reason);
  }

  /** The signal was aborted. */
  handleEvent(): void {
    this.#slot.abandon(this);
    this.fail(this.#signal?.reason);
  }
}

/** The place of the one read that waits for data. It is free again in the very tick of an abort. */
export class WaiterSlot {
  #waiter: Waiter | null = null;
  readonly #onAbandoned: () => void;

  /** @param onAbandoned - Called when the waiting read was aborted, after the place is free. */
  constructor(onAbandoned: () => void) {
    this.#onAbandoned = onAbandoned;
  }

  /** The name of the method that waits, `null` if none does. */
  get method(): string | null {
    return this.#waiter?.method ?? null;
  }

  /**
   * Resolves when what is needed is there, or the end.
   *
   * @throws {ConcurrentReadError} if another read is waiting.
   */
  wait(method: string, need: ReadNeed, signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiter !== null) {
      throw new ConcurrentReadError(method);
    }
    return new Promise((resolve, reject) => {
      this.#waiter = new Waiter(this, { method, need, signal }, resolve, reject);
    });
  }

  /** Wakes the waiting read if the queue has what it needs. */
  wakeIfReady(queue: ChunkQueue): void {
    const need = this.#waiter?.need;
    if (need !== undefined && (queue.length >= need.bytes || need.search?.find(queue) === true)) {
      this.wake();
    }
  }

  /** Wakes the waiting read, if there is one. */
  wake(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.wake();
  }

  /** Rejects the waiting read, if there is one. */
  fail(reason: Error): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.fail(reason);
  }

  /** Forgets a waiter that was aborted. */
  abandon(waiter: Waiter): void {
    if (this.#waiter === waiter) {
      this.#waiter = null;
      this.#onAbandoned();
    }
  }
}
