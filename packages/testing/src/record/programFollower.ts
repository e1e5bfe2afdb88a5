/** Follows what the program under test does to a child through what is recorded of it. */
import { signalNumber, type SignalScope } from '@subwire/transport';
import { InputMatcher } from './inputMatcher.js';
import { payloadLength } from './payload.js';
import type { DeviationKind } from './replayDeviationError.js';
import type { SessionEvent } from './session.js';

type SignalEvent = Extract<SessionEvent, { readonly kind: 'signal' }>;

/** Something that the program did otherwise, or has not done. */
export interface Deviation {
  readonly kind: DeviationKind;
  /** In the recorded input, `null` where it is not about that. */
  readonly offset: number | null;
  readonly expected: string;
  readonly actual: string;
}

/** How far the program has come with one child. */
export class ProgramFollower {
  readonly #matcher: InputMatcher;
  /** Where each recorded write ends in the stream of all. */
  readonly #writeEnds: readonly number[];
  /** The same, by its event. */
  readonly #endOf: ReadonlyMap<SessionEvent, number>;
  readonly #signals: readonly SignalEvent[];
  #sentSignals = 0;
  #inputEnded = false;

  /** @param events - Those of the child. */
  constructor(events: readonly SessionEvent[]) {
    const writes = events.filter((event) => event.kind === 'write');
    let sum = 0;
    this.#writeEnds = writes.map(({ payload }) => (sum += payloadLength(payload)));
    this.#endOf = new Map(writes.map((event, index) => [event, this.endOfWrite(index + 1)]));
    this.#matcher = new InputMatcher(writes.map(({ payload }) => payload));
    this.#signals = events.filter((event): event is SignalEvent => event.kind === 'signal' && event.outcome !== 'gone');
  }

  /** It wrote; returns where that is not what was recorded. */
  wrote(chunk: Uint8Array): Deviation | null {
    const mismatch = this.#matcher.feed(chunk);
    return mismatch === null ? null : { kind: 'input', ...mismatch };
  }

  /** It ended the input, or gave it up; an end before everything was written is a deviation. */
  endedInput(how: 'end' | 'destroy'): Deviation | null {
    this.#inputEnded = true;
    const missing = how === 'destroy' ? null : this.#matcher.missing;
    return missing === null ? null : { kind: 'end of input', ...missing };
  }

  /** It sends a signal; returns the recorded one, `null` if that is another, or none. */
  signalled(number: number, scope: SignalScope): SignalEvent | null {
    const recorded = this.#signals[this.#sentSignals];
    if (recorded === undefined || signalNumber(recorded.signal) !== number || recorded.scope !== scope) {
      return null;
    }
    this.#sentSignals += 1;
    return recorded;
  }

  /** The signal that is recorded next, in words; `null` for none. */
  get nextSignal(): string | null {
    const recorded = this.#signals[this.#sentSignals];
    return recorded === undefined ? null : `signal ${String(recorded.signal)}`;
  }

  /** Where a recorded write, counted from 1, ends in the stream of all. */
  endOfWrite(write: number): number {
    return this.#writeEnds[write - 1] ?? 0;
  }

  /** Whether it has done what an event says; true for what the child did. */
  hasDone(event: SessionEvent): boolean {
    switch (event.kind) {
      case 'write':
        return this.#matcher.progress >= (this.#endOf.get(event) ?? 0);
      case 'end':
      case 'destroy':
        return this.#inputEnded;
      case 'signal':
        return event.outcome === 'gone' || this.#signals.indexOf(event) < this.#sentSignals;
      default:
        return true;
    }
  }

  /** What it has not written or sent, `null` for nothing. */
  get missing(): Deviation | null {
    const input = this.#matcher.missing;
    if (input !== null) {
      return { kind: 'incomplete', offset: input.offset, expected: input.expected, actual: 'nothing more' };
    }
    const { nextSignal } = this;
    return nextSignal === null
      ? null
      : { kind: 'incomplete', offset: null, expected: nextSignal, actual: 'nothing more' };
  }
}
