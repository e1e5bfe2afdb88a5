/**
 * The one read of a reader that waits for data.
 *
 * | state   | `wait`                    | `wakeIfReady` with enough, `wake` | `fail`       | the signal is aborted           |
 * | ------- | ------------------------- | --------------------------------- | ------------ | ------------------------------- |
 * | free    | waiting                   | -                                 | -            | -                               |
 * | waiting | throw ConcurrentReadError | free, resolve                     | free, reject | free, reject with its reason    |
 *
 * An abort frees the slot in the same tick, so that the next read can wait at once.
 */
import type { Cancellation } from '../wait/stopSignal.js';
import type { ChunkQueue } from '../search/chunkQueue.js';
import type { SeparatorSearch } from '../search/separatorSearch.js';
import { ConcurrentReadError } from '../results/streamErrors.js';

/** What a waiting read needs before it is woken: a number of bytes, or a separator. */
export interface ReadNeed {
  /** Number of buffered bytes that is enough; `Infinity` to wait for the end. */
  readonly bytes: number;
  /** A separator that is enough too, `null` for none. */
  readonly search: SeparatorSearch | null;
}

/** A read that waits. */
class Waiter {
  readonly #slot: WaiterSlot;
  readonly #signal: Cancellation | undefined;
  readonly #resolve: () => void;
  readonly #reject: (reason: unknown) => void;
  readonly method: string;
  readonly need: ReadNeed;

  constructor(
    slot: WaiterSlot,
    request: { method: string; need: ReadNeed; signal: Cancellation | undefined },
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

/** Holds the read that waits, if there is one. */
export class WaiterSlot {
  #waiter: Waiter | null = null;
  readonly #onAbandoned: () => void;

  /** @param onAbandoned - Called after the signal of the waiting read was aborted and the slot is free. */
  constructor(onAbandoned: () => void) {
    this.#onAbandoned = onAbandoned;
  }

  /** Name of the method that waits, `null` if none does. */
  get method(): string | null {
    return this.#waiter?.method ?? null;
  }

  /**
   * Resolves when the need is met, or at the end.
   *
   * @throws {ConcurrentReadError} if another read is waiting.
   */
  wait(method: string, need: ReadNeed, signal: Cancellation | undefined): Promise<void> {
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

  /** Frees the slot of a waiter whose signal was aborted. */
  abandon(waiter: Waiter): void {
    if (this.#waiter === waiter) {
      this.#waiter = null;
      this.#onAbandoned();
    }
  }
}
