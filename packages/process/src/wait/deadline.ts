import type { Clock, ClockTimer } from '@subwire/transport';
import { checkDuration, startTimer } from './durations.js';
import { StopSignal, type Cancellation } from './stopSignal.js';

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
  readonly #given: AbortSignal | undefined;
  readonly #timer: ClockTimer | null;
  /** For waits inside this package. */
  readonly #stop = new StopSignal();
  /** For everybody else. Created by the first use: most waits end without it. */
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
        this.handleEvent();
      }
      signal.addEventListener('abort', this, { once: true });
    }
    this.#timer =
      timeoutMs === Infinity
        ? null
        : startTimer(
            clock,
            () => {
              this.#expire();
            },
            timeoutMs,
          );
  }

  /** The same as `signal`, for waits inside this package. */
  get stop(): Cancellation {
    return this.#stop;
  }

  /** Aborts when the wait has to end. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#stop.aborted) {
        this.#controller.abort(this.#stop.reason);
      }
    }
    return this.#controller.signal;
  }

  /** The same signal; `undefined` if neither an abort nor a timeout can end the wait. */
  get signalIfAny(): AbortSignal | undefined {
    return this.#given === undefined && this.#timer === null ? undefined : this.signal;
  }

  /** Whether the timeout ended the wait, and not the caller. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Ends the wait for another reason. */
  abort(reason: unknown): void {
    this.#stop.abort(reason);
    this.#controller?.abort(this.#stop.reason);
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#given?.removeEventListener('abort', this);
  }

  /** The caller's signal was aborted. */
  handleEvent(): void {
    this.abort(this.#given?.reason);
  }

  #expire(): void {
    this.#expired = !this.#stop.aborted;
    this.abort(new DOMException('This operation was aborted', 'AbortError'));
  }
}
