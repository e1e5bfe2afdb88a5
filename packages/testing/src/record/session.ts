/** A session: the record of everything that passed between a backend and the code above it. */
import type { BackendCapabilities, ChildExit, KillAnswer, Signal, SignalScope } from '@subwire/transport';
import type { Payload } from './payload.js';
import type { RecordedError } from './recordedError.js';
import type { RecordedRequest } from './recordedRequest.js';

/** An event of a child, without its time and its child. */
export type SessionHappening =
  /** `spawn()` was called. */
  | { readonly kind: 'request'; readonly request: RecordedRequest }
  /** `spawn()` threw. */
  | { readonly kind: 'refused'; readonly error: RecordedError }
  /** The child started; `pid` tells whether it has one. */
  | { readonly kind: 'started'; readonly pid: boolean }
  /** The start failed. */
  | { readonly kind: 'failed'; readonly error: RecordedError }
  /** Bytes of an output arrived. */
  | { readonly kind: 'data'; readonly fd: number; readonly payload: Payload }
  /** A pipe closed. */
  | { readonly kind: 'closed'; readonly fd: number; readonly error: RecordedError | null }
  /** Bytes were written to stdin. */
  | { readonly kind: 'write'; readonly payload: Payload }
  /** The system took a write later than at once; writes are counted from 1. */
  | { readonly kind: 'taken'; readonly write: number }
  /** Stdin was ended, or destroyed. */
  | { readonly kind: 'end' | 'destroy' }
  /** An output was paused, resumed, or closed by us. */
  | { readonly kind: 'pause' | 'resume' | 'close'; readonly fd: number }
  /** `kill()` was called; `outcome` is its result, or the error that it threw. */
  | {
      readonly kind: 'signal';
      readonly signal: Signal;
      readonly scope: SignalScope;
      readonly outcome: KillAnswer | RecordedError;
    }
  /** `abandon()` was called; `never` is its result: whether the child never ran. */
  | { readonly kind: 'abandon'; readonly never: boolean }
  /** A queued signal could not be delivered. */
  | {
      readonly kind: 'undelivered';
      readonly signal: Signal;
      readonly scope: SignalScope;
      readonly error: RecordedError;
    }
  /** The child exited. */
  | { readonly kind: 'exit'; readonly end: ChildExit }
  /** The link to the child was lost. */
  | { readonly kind: 'lost'; readonly error: RecordedError };

/** An event of a session. */
export type SessionEvent = SessionHappening & {
  /** Milliseconds since `recordBackend` was called. */
  readonly at: number;
  /** Number of the child, counted from 1. */
  readonly child: number;
};

/** The backend of a session. */
export interface SessionHeader {
  readonly backend: string;
  readonly supports: BackendCapabilities;
}

/** The record of everything that passed between a backend and the code above it. */
export interface Session extends SessionHeader {
  readonly events: readonly SessionEvent[];
  /** Returns the text of a session file, with a line for each event. */
  toText(): string;
}
