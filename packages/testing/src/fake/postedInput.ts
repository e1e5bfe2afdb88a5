import { BrokenPipeError, Fifo, WritePipeHandle } from '@subwire/transport';
import type { Channel, Scheduler } from '../clock/scheduler.js';

/** Says that a chunk was taken, or (with an error) that it never will be. */
export type Flushed = (error?: Error | null) => void;

/** The parent's end of an input in memory: what becomes of chunks that have to wait is told on turns of its own. */
export abstract class PostedInput<Waiting extends { readonly flushed: Flushed }> extends WritePipeHandle {
  /** Chunks that nobody has taken yet, the oldest first. */
  protected readonly waiting: Fifo<Waiting> = new Fifo<Waiting>();
  readonly #scheduler: Pick<Scheduler, 'post'>;
  readonly #channel: Channel = {};
  #closed = false;

  constructor(scheduler: Pick<Scheduler, 'post'>) {
    super();
    this.#scheduler = scheduler;
  }

  /** Whether nothing can be written any more. */
  protected get isClosed(): boolean {
    return this.#closed;
  }

  /** The oldest waiting chunk was taken. */
  protected flushFirst(): void {
    const flushed = this.waiting.shift()?.flushed;
    this.#later(() => flushed?.());
  }

  /** A chunk will never be taken. */
  protected refuse(flushed: Flushed): void {
    this.#later(() => {
      flushed(new BrokenPipeError());
    });
  }

  /** Refuses what waits, and closes, once. */
  protected shut(error: Error | null): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    for (let first = this.waiting.shift(); first !== undefined; first = this.waiting.shift()) {
      this.refuse(first.flushed);
    }
    this.#later(() => {
      this.emit('close', error);
    });
  }

  #later(task: () => void): void {
    this.#scheduler.post(this.#channel, task);
  }
}
