/** Compares what the program under test does to a child with what was recorded. */
import { signalNumber, type SignalScope } from '@subwire/transport';
import { InputMatcher } from './inputMatcher.js';
import { payloadLength } from './payload.js';
import type { DeviationKind } from './replayDeviationError.js';
import type { SessionEvent } from './session.js';

type SignalEvent = Extract<SessionEvent, { readonly kind: 'signal' }>;

/** A difference between the program under test and the session. */
export interface Deviation {
  readonly kind: DeviationKind;
  /** Index of the byte in the recorded input, `null` if it is not about the input. */
  readonly offset: number | null;
  readonly expected: string;
  readonly actual: string;
}

/** The progress of the program under test with one child. */
export class ProgramFollower {
  readonly #matcher: InputMatcher;
  /** For each recorded write the index in the recorded input at which it ends. */
  readonly #writeEnds: readonly number[];
  /** The same, by the event of the write. */
  readonly #endOf: ReadonlyMap<SessionEvent, number>;
  readonly #signals: readonly SignalEvent[];
  /** Index of each recorded signal in `#signals`. */
  readonly #orderOf: ReadonlyMap<SessionEvent, number>;
  #sentSignals = 0;
  #inputEnded = false;

  /** @param events - The events of the child. */
  constructor(events: readonly SessionEvent[]) {
    const writes = events.filter((event) => event.kind === 'write');
    let sum = 0;
    this.#writeEnds = writes.map(({ payload }) => (sum += payloadLength(payload)));
    this.#endOf = new Map(writes.map((event, index) => [event, this.endOfWrite(index + 1)]));
    this.#matcher = new InputMatcher(writes.map(({ payload }) => payload));
    this.#signals = events.filter((event): event is SignalEvent => event.kind === 'signal' && event.outcome !== 'gone');
    this.#orderOf = new Map(this.#signals.map((event, index) => [event, index]));
  }

  /** Reports that the program wrote; returns the deviation, `null` if it is as recorded. */
  wrote(chunk: Uint8Array): Deviation | null {
    const mismatch = this.#matcher.feed(chunk);
    return mismatch === null ? null : { kind: 'input', ...mismatch };
  }

  /** Reports that the program ended or destroyed the input; returns a deviation if it ended it before everything was written. */
  endedInput(how: 'end' | 'destroy'): Deviation | null {
    this.#inputEnded = true;
    const missing = how === 'destroy' ? null : this.#matcher.missing;
    return missing === null ? null : { kind: 'end of input', ...missing };
  }

  /** Reports that the program sends a signal; returns the recorded one, `null` if another or none was recorded. */
  signalled(number: number, scope: SignalScope): SignalEvent | null {
    const recorded = this.#signals[this.#sentSignals];
    if (recorded === undefined || signalNumber(recorded.signal) !== number || recorded.scope !== scope) {
      return null;
    }
    this.#sentSignals += 1;
    return recorded;
  }

  /** The next recorded signal as text, `null` for none. */
  get nextSignal(): string | null {
    const recorded = this.#signals[this.#sentSignals];
    return recorded === undefined ? null : `signal ${String(recorded.signal)}`;
  }

  /** Returns the index in the recorded input at which a write ends; writes are counted from 1. */
  endOfWrite(write: number): number {
    return this.#writeEnds[write - 1] ?? 0;
  }

  /** Tells whether the program has done what an event records; `true` for events of the child. */
  hasDone(event: SessionEvent): boolean {
    switch (event.kind) {
      case 'write':
        return this.#matcher.progress >= (this.#endOf.get(event) ?? 0);
      case 'end':
      case 'destroy':
        return this.#inputEnded;
      case 'signal':
        return event.outcome === 'gone' || (this.#orderOf.get(event) ?? 0) < this.#sentSignals;
      default:
        return true;
    }
  }

  /** What was recorded and the program has not written or sent; `null` for nothing. */
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
