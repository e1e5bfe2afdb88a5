import type { Clock, ClockTimer } from '@subwire/transport';
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
  readonly #given: AbortSignal | undefined;
  readonly #timer: ClockTimer | null;
  /** Made when it is asked for: most waits end without it. */
  #controller: AbortController | null = null;
  #expired = false;

  /** @throws {ValueError} if `timeoutMs` is not a number of milliseconds, 0 or more. */
  constructor(options: { [Key in keyof WaitOptions]: WaitOptions[Key] | undefined }, clock: Clock) {
    const signal = Object.hasOwn(options, 'signal') ? options.signal : undefined;
    const timeoutMs = (Object.hasOwn(options, 'timeoutMs') ? options.timeoutMs : undefined) ?? Infinity;
    checkDuration(timeoutMs, 'timeoutMs');
    this.#given = signal;
    if (signal !== undefined) {
      if (signal.aborted) {
        this.#onAbort();
      }
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
    this.#timer = timeoutMs === Infinity ? null : startTimer(clock, this.#expire, timeoutMs);
  }

  /** Aborted when the wait has to end. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** The same, `undefined` if neither the caller nor the time can end the wait. */
  get signalIfAny(): AbortSignal | undefined {
    return this.#given === undefined && this.#timer === null ? undefined : this.signal;
  }

  /** Whether the timeout, not the caller, ended the wait. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Ends the wait for a reason of the owner's. */
  abort(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#given?.removeEventListener('abort', this.#onAbort);
  }

  readonly #expire = (): void => {
    this.#expired = !this.signal.aborted;
    // Without a reason: the system's own.
    this.abort(undefined);
  };

  readonly #onAbort = (): void => {
    this.abort(this.#given?.reason);
  };
}
