import { BrokenPipeError, Fifo, WritePipeHandle } from '@subwire/transport';
import type { Channel, Scheduler } from '../clock/scheduler.js';

/** Called when a chunk was taken, or with an error when it will not be taken. */
export type Flushed = (error?: Error | null) => void;

/** The parent's end of an input in memory. It reports what happened to waiting chunks in later turns. */
export abstract class PostedInput<Waiting extends { readonly flushed: Flushed }> extends WritePipeHandle {
  /** The chunks that were not taken yet, in order. */
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

  /** Removes the first waiting chunk and reports that it was taken. */
  protected flushFirst(): void {
    const flushed = this.waiting.shift()?.flushed;
    this.#later(() => flushed?.());
  }

  /** Reports that a chunk will not be taken. */
  protected refuse(flushed: Flushed, error: Error = new BrokenPipeError()): void {
    this.#later(() => {
      flushed(error);
    });
  }

  /** Refuses the waiting chunks and closes. Later calls do nothing. */
  protected shut(error: Error | null): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    for (let first = this.waiting.shift(); first !== undefined; first = this.waiting.shift()) {
      this.refuse(first.flushed, error ?? undefined);
    }
    this.#later(() => {
      this.emit('close', error);
    });
  }

  #later(task: () => void): void {
    this.#scheduler.post(this.#channel, task);
  }
}
