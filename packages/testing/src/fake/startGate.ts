import type { Channel, Scheduler } from '../clock/scheduler.js';

/** Holds back what the pipes of a child have to tell until its start was told. */
export class StartGate implements Pick<Scheduler, 'post'> {
  readonly #scheduler: Pick<Scheduler, 'post'>;
  #held: (readonly [channel: Channel, run: () => void])[] | null = [];

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

  /** The start was told. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const [channel, run] of held) {
      this.#scheduler.post(channel, run);
    }
  }
}
