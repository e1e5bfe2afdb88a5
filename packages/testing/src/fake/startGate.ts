import { Fifo } from '@subwire/transport';
import type { Channel, Scheduler } from '../clock/scheduler.js';

/**
 * Holds back the deliveries of the pipes of a child until its `spawn` was emitted.
 *
 * | state  | `post`                    | `open`                             |
 * | ------ | ------------------------- | ---------------------------------- |
 * | closed | the task is held back     | open; the held tasks are posted    |
 * | open   | the task is posted        | -                                  |
 */
export class StartGate implements Pick<Scheduler, 'post'> {
  readonly #scheduler: Pick<Scheduler, 'post'>;
  /** `null` when the gate is open. */
  #held: Fifo<readonly [channel: Channel, run: () => void]> | null = new Fifo();

  constructor(scheduler: Pick<Scheduler, 'post'>) {
    this.#scheduler = scheduler;
  }

  post(channel: Channel, run: () => void): void {
    if (this.#held === null) {
      this.#scheduler.post(channel, run);
    } else {
      this.#held.push([channel, run]);
    }
  }

  /** Opens the gate. */
  open(): void {
    const held = this.#held;
    this.#held = null;
    for (const [channel, run] of held ?? []) {
      this.#scheduler.post(channel, run);
    }
  }
}
