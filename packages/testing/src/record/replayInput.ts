import { PostedInput, type Flushed } from '../fake/postedInput.js';
import type { Scheduler } from '../clock/scheduler.js';

/** What an input tells its child. */
export interface ReplayInputOwner {
  /** Bytes were written, up to this many in all. */
  written(chunk: Uint8Array): void;
  ended(how: 'end' | 'destroy'): void;
}

interface WaitingWrite {
  /** How many bytes had been written with it. */
  readonly upTo: number;
  readonly flushed: Flushed;
}

/** The input of a replayed child: takes what is written when the recording says so. */
export class ReplayInput extends PostedInput<WaitingWrite> {
  readonly #owner: ReplayInputOwner;
  #written = 0;
  #takenUpTo = 0;
  #ending = false;

  constructor(owner: ReplayInputOwner, scheduler: Scheduler) {
    super(scheduler);
    this.#owner = owner;
  }

  override write(chunk: Uint8Array, flushed: Flushed): void {
    if (this.isClosed) {
      this.refuse(flushed);
      return;
    }
    this.#written += chunk.length;
    this.waiting.push({ upTo: this.#written, flushed });
    this.#owner.written(chunk);
  }

  override end(): void {
    this.#ending = true;
    this.#owner.ended('end');
  }

  override destroy(): void {
    this.#owner.ended('destroy');
    this.close(null);
  }

  /** For the child: everything up to there is taken; `Infinity` for all that was written. */
  take(upTo: number): void {
    this.#takenUpTo = Math.max(this.#takenUpTo, Math.min(upTo, this.#written));
    for (
      let first = this.waiting.peek();
      first !== undefined && first.upTo <= this.#takenUpTo;
      first = this.waiting.peek()
    ) {
      this.flushFirst();
    }
    if (this.#ending && this.waiting.length === 0) {
      this.close(null);
    }
  }

  /** For the child: nobody reads any more. */
  close(error: Error | null): void {
    this.shut(error);
  }
}
