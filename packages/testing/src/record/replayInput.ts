import { PostedInput, type Flushed } from '../fake/postedInput.js';
import type { Scheduler } from '../clock/scheduler.js';

/** The methods of a replayed child that its input calls. */
export interface ReplayInputOwner {
  /** Called when a chunk was written. */
  written(chunk: Uint8Array): void;
  /** Called when the input was ended or destroyed. */
  ended(how: 'end' | 'destroy'): void;
}

interface WaitingWrite {
  /** Number of bytes that were written so far, with this chunk. */
  readonly upTo: number;
  readonly flushed: Flushed;
}

/** The stdin of a replayed child. It takes the chunks at the recorded time. */
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

  /** For the child: takes all chunks up to a number of bytes; `Infinity` for all. */
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

  /** For the child: closes the reading end. */
  close(error: Error | null): void {
    this.shut(error);
  }
}
