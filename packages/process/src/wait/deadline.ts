import { ownOptions, type Clock, type ClockTimer } from '@subwire/transport';
import { checkDuration, startTimer } from './durations.js';

/** What ends a wait before its time. */
export interface WaitOptions {
  /** Ends the wait; the call rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** Ends the wait; the call rejects with `TimeoutExpired`. Default: no limit. Milliseconds. */
  readonly timeoutMs?: number;
}

/** The names of `WaitOptions`. */
export const WAIT_OPTIONS: ReadonlySet<string> = new Set<keyof WaitOptions>(['signal', 'timeoutMs']);

/**
 * One signal for both ends of a wait, the caller's abort and the timeout.
 *
 * Its owner disposes of it when the wait is over; then no timer and no listener is left.
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

  /** Aborted when the wait has to end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the timeout, not the caller, ended the wait. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Ends the wait for a reason of the owner's. */
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
