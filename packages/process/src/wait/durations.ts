import { ValueError, type Clock, type ClockTimer } from '@subwire/transport';

/** The longest delay of one Node timer; with a longer one it fires at once. */
const MAX_TIMER_MS = 0x7fff_ffff;

/**
 * Checks a time limit or a grace period that a caller gave.
 *
 * @param value - Milliseconds.
 * @param what - The name of the option, for the message.
 * @throws {ValueError} unless it is a number of milliseconds, 0 or more; `Infinity` is one.
 */
export function checkDuration(value: number, what: string): void {
  // Written as a negation to refuse NaN too.
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new ValueError(`${what} must be a number of milliseconds, 0 or more`);
  }
}

/** Starts a timer of any length, `Infinity` included: then it never fires. */
export function startTimer(clock: Clock, callback: () => void, delayMs: number): ClockTimer {
  if (delayMs === Infinity) {
    return { cancel: () => undefined };
  }
  if (delayMs <= MAX_TIMER_MS) {
    return clock.setTimer(callback, delayMs);
  }
  const end = clock.now() + delayMs;
  let timer: ClockTimer;
  const step = (leftMs: number): void => {
    timer =
      leftMs <= MAX_TIMER_MS
        ? clock.setTimer(callback, leftMs)
        : clock.setTimer(() => {
            step(end - clock.now());
          }, MAX_TIMER_MS);
  };
  step(delayMs);
  return {
    cancel: () => {
      timer.cancel();
    },
  };
}
