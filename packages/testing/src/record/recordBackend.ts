import {
  NotSupportedError,
  systemClock,
  type BackendCapabilities,
  type ChildHandle,
  type ChildPipe,
  type Clock,
  type SpawnRequest,
  type SubprocessBackend,
} from '@subwire/transport';
import { RecordedChild, type Note } from './recordedChild.js';
import { recordError } from './recordedError.js';
import { recordRequest } from './recordedRequest.js';
import { Redaction, type RedactOptions } from './redaction.js';
import type { Session, SessionEvent, SessionHappening } from './session.js';
import { makeSession } from './sessionText.js';

/** Options of `recordBackend`. */
export interface RecordOptions extends RedactOptions {
  /** The clock for the times of the events. Default: the clock of the backend. */
  readonly clock?: Pick<Clock, 'now'>;
}

/** Times are rounded to a tenth of a millisecond. */
const STEPS_PER_MS = 10;

/**
 * Wraps a backend and records everything that passes between it and the code above it.
 *
 * The children are those of the wrapped backend; it does not change their behaviour. The values of variables whose names
 * suggest a secret are always redacted.
 *
 * @param backend - Any backend.
 * @param options - See `RecordOptions`.
 * @throws {ValueError} for a pattern that matches the empty text.
 */
export function recordBackend(backend: SubprocessBackend, options: RecordOptions = {}): RecordingBackend {
  return new RecordingBackend(backend, options);
}

/** A backend that records; `recordBackend` returns one. */
export class RecordingBackend implements SubprocessBackend {
  readonly name: string;
  readonly supports: BackendCapabilities;
  readonly clock: Clock;
  readonly #inner: SubprocessBackend;
  readonly #redaction: Redaction;
  readonly #time: Pick<Clock, 'now'>;
  readonly #startedAt: number;
  readonly #events: SessionEvent[] = [];
  #children = 0;

  constructor(inner: SubprocessBackend, options: RecordOptions) {
    this.#inner = inner;
    this.name = `recording ${inner.name}`;
    this.supports = inner.supports;
    this.clock = inner.clock ?? systemClock;
    this.#redaction = new Redaction(options);
    this.#time = options.clock ?? this.clock;
    this.#startedAt = this.#time.now();
  }

  spawn(request: SpawnRequest): ChildHandle {
    this.#children += 1;
    const note = this.#noteOf(this.#children);
    note({ kind: 'request', request: recordRequest(request) });
    try {
      return new RecordedChild(this.#inner.spawn(request), note);
    } catch (thrown) {
      if (thrown instanceof Error) {
        note({ kind: 'refused', error: recordError(thrown) });
      }
      throw thrown;
    }
  }

  /** Of what passes between two children nothing is recorded. */
  createPipe(): ChildPipe {
    const pipe = this.#inner.createPipe?.();
    if (pipe === undefined) {
      throw new NotSupportedError('createPipe', `the ${this.#inner.name} backend cannot join two children by a pipe`);
    }
    return pipe;
  }

  /** What was recorded so far, redacted. */
  get session(): Session {
    const header = { backend: this.#inner.name, supports: this.#inner.supports };
    return makeSession(header, this.#redaction.apply(this.#events));
  }

  #noteOf(child: number): Note {
    let last: SessionHappening | null = null;
    return (happening) => {
      // A write that was taken before anything else happened counts as taken at once.
      if (happening.kind !== 'taken' || last?.kind !== 'write') {
        const at = Math.round((this.#time.now() - this.#startedAt) * STEPS_PER_MS) / STEPS_PER_MS;
        this.#events.push({ ...happening, at, child });
        last = happening;
      }
    };
  }
}
