import { ValueError, type Clock, type ClockTimer } from '@subwire/transport';

/** Longest delay of one timer of this machine; a longer one would fire at once. */
const MAX_TIMER_MS = 0x7fff_ffff;

/**
 * Checks a limit or a grace period that a caller gave.
 * @throws {ValueError} unless it is a number of milliseconds, 0 or more; `Infinity` is one.
 */
export function checkDuration(value: number, what: string): void {
  // Negated, so that NaN is refused too.
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new ValueError(`${what} must be a number of milliseconds, 0 or more`);
  }
}

/** Calls `callback` after any time, also after one that no single timer can count; never after `Infinity`. */
export function startTimer(clock: Clock, callback: () => void, delayMs: number): ClockTimer {
  if (delayMs === Infinity) {
    return { cancel: () => undefined };
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
