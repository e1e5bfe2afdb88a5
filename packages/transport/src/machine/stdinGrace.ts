import type { Clock, ClockTimer } from '../contract/clock.js';
import { BrokenPipeError } from '../contract/errors.js';
import type { WritePipeTransport } from './writePipeTransport.js';

/**
 * Gives the input of a child up that nobody reads any more.
 *
 * A descendant may read on after the child's exit, so what is pending is left to it. Only when the input is to be closed,
 * and no byte was taken for the grace period, it is aborted: otherwise its loss would never come.
 */
export class StdinGrace {
  readonly #stdin: WritePipeTransport;
  readonly #clock: Clock;
  readonly #graceMs: number;
  #timer: ClockTimer | null = null;

  /** Made when the child has exited, and its input is not lost yet. */
  constructor(stdin: WritePipeTransport, clock: Clock, graceMs: number) {
    this.#stdin = stdin;
    this.#clock = clock;
    this.#graceMs = graceMs;
    stdin.watch(() => {
      this.#restart();
    });
    this.#restart();
  }

  /** The input is lost: there is nothing left to give up. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #restart(): void {
    this.stop();
    if (this.#stdin.isClosing()) {
      this.#timer = this.#clock.setTimer(() => {
        this.#giveUp();
      }, this.#graceMs);
    }
  }

  #giveUp(): void {
    const unread = this.#stdin.getWriteBufferSize() > 0;
    this.#stdin.abortWith(unread ? new BrokenPipeError('nobody read the rest of the input') : null);
  }
}
