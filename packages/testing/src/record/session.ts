/** What a recording holds: everything that passed between a backend and the code above it. */
import type { BackendCapabilities, ChildExit, KillAnswer, Signal, SignalScope } from '@subwire/transport';
import type { Payload } from './payload.js';
import type { RecordedError } from './recordedError.js';
import type { RecordedRequest } from './recordedRequest.js';

/** Something that happened to a child, or that was done to it. */
export type SessionHappening =
  /** The child was asked for. */
  | { readonly kind: 'request'; readonly request: RecordedRequest }
  /** `spawn()` threw. */
  | { readonly kind: 'refused'; readonly error: RecordedError }
  /** It started; whether its pid is known. */
  | { readonly kind: 'started'; readonly pid: boolean }
  /** It did not start. */
  | { readonly kind: 'failed'; readonly error: RecordedError }
  /** An output brought bytes. */
  | { readonly kind: 'data'; readonly fd: number; readonly payload: Payload }
  /** A pipe closed. */
  | { readonly kind: 'closed'; readonly fd: number; readonly error: RecordedError | null }
  /** Bytes were written to its input. */
  | { readonly kind: 'write'; readonly payload: Payload }
  /** A write, counted from 1, was taken by the system, not at once. */
  | { readonly kind: 'taken'; readonly write: number }
  /** Its input was ended, or given up. */
  | { readonly kind: 'end' | 'destroy' }
  /** An output was paused, resumed, or given up. */
  | { readonly kind: 'pause' | 'resume' | 'close'; readonly fd: number }
  /** A signal was sent, with what came of it: the answer of `kill()`, or that it failed. */
  | {
      readonly kind: 'signal';
      readonly signal: Signal;
      readonly scope: SignalScope;
      readonly outcome: KillAnswer | RecordedError;
    }
  /** It was taken back, before it started; whether it never ran. */
  | { readonly kind: 'abandon'; readonly never: boolean }
  /** A signal that was queued was not delivered. */
  | {
      readonly kind: 'undelivered';
      readonly signal: Signal;
      readonly scope: SignalScope;
      readonly error: RecordedError;
    }
  | { readonly kind: 'exit'; readonly end: ChildExit }
  | { readonly kind: 'lost'; readonly error: RecordedError };

/** A happening, with when and to whom. */
export type SessionEvent = SessionHappening & {
  /** Milliseconds since the start of the recording. */
  readonly at: number;
  /** Children are counted from 1. */
  readonly child: number;
};

/** What is recorded about the backend. */
export interface SessionHeader {
  readonly backend: string;
  readonly supports: BackendCapabilities;
}

/** A recording. `toText` of `sessionText.ts` is its form in a file. */
export interface Session extends SessionHeader {
  readonly events: readonly SessionEvent[];
  /** The form in which it is saved: a line per event. */
  toText(): string;
}
