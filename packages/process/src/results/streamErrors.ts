/** Errors of readers and writers. Match on `code`, not on the class. */

/**
 * The stream ended before the read had what it asked for.
 *
 * @asyncio asyncio.IncompleteReadError
 * Differs: `expected` is `null` for a separator.
 */
export class IncompleteReadError extends Error {
  override readonly name: string = 'IncompleteReadError';
  readonly code = 'ERR_INCOMPLETE_READ' as const;
  /** The bytes before the end; they are no longer in the reader. */
  readonly partial: Uint8Array;
  /** Number of bytes that were asked for, `null` if the read searched for a separator. */
  readonly expected: number | null;

  constructor(partial: Uint8Array, expected: number | null) {
    super(`${partial.length} bytes read on a total of ${expected ?? 'undefined'} expected bytes`);
    this.partial = partial;
    this.expected = expected;
  }
}

/**
 * A separator was not found within the limit. The bytes are still in the reader.
 *
 * @asyncio asyncio.LimitOverrunError
 */
export class LimitOverrunError extends Error {
  override readonly name: string = 'LimitOverrunError';
  readonly code = 'ERR_LIMIT_OVERRUN' as const;
  /** Number of bytes before the separator, or before what may be the beginning of one. */
  readonly consumed: number;

  constructor(message: string, consumed: number) {
    super(message);
    this.consumed = consumed;
  }
}

/**
 * A read had to wait while another one was waiting. Only one read may wait at a time.
 *
 * @asyncio RuntimeError
 */
export class ConcurrentReadError extends Error {
  override readonly name: string = 'ConcurrentReadError';
  readonly code = 'ERR_CONCURRENT_READ' as const;
  /** The method of the second read. */
  readonly method: string;

  constructor(method: string) {
    super(`${method}() called while another read is already waiting for incoming data`);
    this.method = method;
  }
}

/**
 * A method was called in a state in which it is not allowed, such as `feedData` after `feedEof`.
 *
 * @asyncio AssertionError
 */
export class StreamStateError extends Error {
  override readonly name: string = 'StreamStateError';
  readonly code = 'ERR_STREAM_STATE' as const;
}

/** A line is not valid in the encoding that was asked for, and `fatal` was set. */
export class TextDecodeError extends Error {
  override readonly name: string = 'TextDecodeError';
  readonly code = 'ERR_TEXT_DECODE' as const;
  /** The bytes that could not be decoded; they are no longer in the reader. */
  readonly bytes: Uint8Array;

  constructor(encoding: string, bytes: Uint8Array, options?: ErrorOptions) {
    super(`${bytes.length} bytes are not valid ${encoding}`, options);
    this.bytes = bytes;
  }
}
