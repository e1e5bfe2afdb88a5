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
  /** What was read; it is no longer in the reader. */
  readonly partial: Uint8Array;
  /** How many bytes were asked for, `null` where the read looked for a separator. */
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
  /** How many bytes can be read without touching a separator, or what may become one. */
  readonly consumed: number;

  constructor(message: string, consumed: number) {
    super(message);
    this.consumed = consumed;
  }
}

/**
 * A read had to wait while another one was waiting: it would be unknown which of them gets the next data.
 *
 * @asyncio RuntimeError
 */
export class ConcurrentReadError extends Error {
  override readonly name: string = 'ConcurrentReadError';
  readonly code = 'ERR_CONCURRENT_READ' as const;
  /** The method that came second. */
  readonly method: string;

  constructor(method: string) {
    super(`${method}() called while another read is already waiting for incoming data`);
    this.method = method;
  }
}

/**
 * A method was called in a state in which it makes no sense, such as `feedData` after `feedEof`.
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
