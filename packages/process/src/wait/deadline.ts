import { ownOptions, type Clock, type ClockTimer } from '@subwire/transport';
import { checkDuration, startTimer } from './durations.js';

/** Options that end a wait early. */
export interface WaitOptions {
  /** Ends the wait on abort; the call rejects with `signal.reason`. Default: none. */
  readonly signal?: AbortSignal;
  /** Ends the wait after so many milliseconds; the call rejects with `TimeoutExpired`. Default: no limit. */
  readonly timeoutMs?: number;
}

/** The names of `WaitOptions`. */
export const WAIT_OPTIONS: ReadonlySet<string> = new Set<keyof WaitOptions>(['signal', 'timeoutMs']);

/**
 * One signal for the abort by the caller and for the timeout.
 *
 * The owner disposes of it when the wait is over; that removes the timer and the listener.
 *
 * | state   | the caller's signal aborts     | the timer fires            | `abort(reason)`              | dispose                |
 * | ------- | ------------------------------ | -------------------------- | ---------------------------- | ---------------------- |
 * | waiting | aborted with the same reason   | aborted; `expired` is true | aborted with that reason     | timer, listener removed |
 * | aborted | -                              | -                          | -                            | timer, listener removed |
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #given: AbortSignal | undefined;
  readonly #timer: ClockTimer;
  #expired = false;

  /** @throws {ValueError} if `timeoutMs` is not a number of milliseconds, 0 or more. */
  constructor(options: { [Key in keyof WaitOptions]: WaitOptions[Key] | undefined }, clock: Clock) {
    const { signal, timeoutMs = Infinity } = ownOptions(options, WAIT_OPTIONS);
    checkDuration(timeoutMs, 'timeoutMs');
    this.#given = signal;
    if (this.#given?.aborted === true) {
      this.#onAbort();
    }
    this.#given?.addEventListener('abort', this.#onAbort, { once: true });
    const expire = (): void => {
      this.#expired = !this.#controller.signal.aborted;
      this.#controller.abort();
    };
    this.#timer = startTimer(clock, expire, timeoutMs);
  }

  /** Aborts when the wait has to end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the timeout ended the wait, and not the caller. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Ends the wait for another reason. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#timer.cancel();
    this.#given?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    this.#controller.abort(this.#given?.reason);
  };
}
