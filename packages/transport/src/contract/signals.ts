import { constants } from 'node:os';
import { ValueError } from './errors.js';

/** A signal by name or by number; 0 asks whether the process can be signalled. */
export type Signal = NodeJS.Signals | number;

/** Whom a signal reaches: the child, its process group, or the child with everything below it. */
export type SignalScope = 'process' | 'group' | 'tree';

/** A signal that was queued by an engine and turned out not to be deliverable. */
export interface SignalFailure {
  readonly signal: Signal;
  readonly scope: SignalScope;
  readonly error: Error;
}

const byName: ReadonlyMap<string, number> = new Map(Object.entries(constants.signals));

/** Highest signal number of Linux (SIGRTMAX). */
const MAX_SIGNAL = 64;

/**
 * Returns the number of a signal.
 *
 * @throws {ValueError} for an unknown name or a number that is no signal.
 */
export function signalNumber(signal: Signal): number {
  if (typeof signal === 'number') {
    if (!Number.isInteger(signal) || signal < 0 || signal > MAX_SIGNAL) {
      throw new ValueError(`no such signal: ${signal}`);
    }
    return signal;
  }
  const number = byName.get(signal);
  if (number === undefined) {
    throw new ValueError(`no such signal: ${String(signal)}`);
  }
  return number;
}

/** Returns the name of a signal number, `null` where the system has none (real-time signals). */
export function signalName(number: number): NodeJS.Signals | null {
  for (const [name, value] of byName) {
    if (value === number) {
      return name as NodeJS.Signals;
    }
  }
  return null;
}
