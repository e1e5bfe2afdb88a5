import type { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { ownOptions, ValueError } from '@subwire/transport';
import { Inspectable } from '../results/inspectable.js';
import { BytesLineIterator } from '../lines/lineIterator.js';
import { LineBatches } from '../lines/lineBatches.js';
import { lineRules, type BytesLineOptions, type TextLineOptions } from '../lines/lineOptions.js';
import { ReadBuffer, type ReaderTransport } from '../buffer/readBuffer.js';
import { readableOf, readableStreamOf } from './readerAdapters.js';
import { ReadlineIterator } from '../lines/readlineIterator.js';
import { SeparatedReads } from '../buffer/separatedReads.js';
import { TextLineIterator } from '../lines/textLineIterator.js';
import type { Separator } from '../search/separatorSearch.js';
import { IncompleteReadError } from '../results/streamErrors.js';

/** Default `limit` of a reader: 64 KiB. */
const DEFAULT_LIMIT_BYTES = 65_536;

/** Options of a `StreamReader`. */
export interface StreamReaderOptions {
  /**
   * Bytes that `readline` and `readuntil` accept before the separator; the transport is paused above twice as many and
   * resumed at as many. Default: 65 536.
   */
  readonly limit?: number;
}

/** Options of every read. */
export interface ReadOptions {
  /** Ends the wait; the read rejects with its reason, and no byte is lost. */
  readonly signal?: AbortSignal;
}

const READER_OPTIONS: ReadonlySet<string> = new Set<keyof StreamReaderOptions>(['limit']);

/**
 * Reads a stream of bytes that somebody feeds.
 *
 * A transport's protocol feeds it: `feedData`, then `feedEof` or `setException`. Without a transport it works too. One
 * read may wait at a time; a read that finds enough in the buffer never waits. Every read first throws the stored
 * exception, if there is one. Arrays that are returned share memory with nothing that is written later.
 * @asyncio asyncio.StreamReader
 * Differs: reads take an abort signal, which frees the reader in the same tick and loses nothing, `read(-1)` included.
 */
export class StreamReader extends Inspectable implements AsyncIterable<Uint8Array> {
  readonly #buffer: ReadBuffer;
  #separatedReads: SeparatedReads | null = null;

  /**
   * @param options - `limit` in bytes, default 65 536.
   * @throws {ValueError} unless `limit` is a number above 0.
   */
  constructor(options: StreamReaderOptions = {}) {
    super();
    const { limit = DEFAULT_LIMIT_BYTES } = ownOptions(options, READER_OPTIONS);
    if (typeof limit !== 'number') {
      throw new TypeError('limit must be a number');
    }
    // Negated, so that NaN is refused too.
    if (!(limit > 0)) {
      throw new ValueError(`limit cannot be <= 0, got ${limit}`);
    }
    this.#buffer = new ReadBuffer(limit);
  }

  /** Made for the first line or separator: many readers only read bytes. */
  get #separated(): SeparatedReads {
    this.#separatedReads ??= new SeparatedReads(this.#buffer);
    return this.#separatedReads;
  }

  /**
   * Appends data.
   * @param data - It belongs to the reader from now on: do not change it. Empty data does nothing.
   * @throws {TypeError} if it is not a `Uint8Array`.
   * @throws {StreamStateError} after `feedEof`.
   * @asyncio StreamReader.feed_data
   * Differs: takes the array over instead of copying it.
   */
  feedData(data: Uint8Array): void {
    this.#buffer.feedData(data);
  }

  /**
   * Marks the end: what is buffered can still be read. Calling it again does nothing.
   * @asyncio StreamReader.feed_eof
   */
  feedEof(): void {
    this.#buffer.feedEof();
  }

  /**
   * Offers memory for data that is about to arrive, as a `BufferedProtocol` does.
   *
   * Each call of `bufferUpdated` makes the filled part readable without a copy; the rest is offered again.
   * @param _sizeHint - Bytes that are about to arrive, -1 if unknown; it does not matter here.
   * @returns at least 4 096 bytes, valid until `bufferUpdated`.
   * @throws {StreamStateError} after `feedEof`.
   * @asyncio BufferedProtocol.get_buffer
   */
  getBuffer(_sizeHint = -1): Uint8Array {
    return this.#buffer.getBuffer();
  }

  /**
   * Appends the first bytes of the memory that `getBuffer` offered.
   * @param nbytes - How many bytes were filled; 0 appends nothing.
   * @throws {ValueError} if it is more than was offered.
   * @throws {StreamStateError} after `feedEof`.
   * @asyncio BufferedProtocol.buffer_updated
   */
  bufferUpdated(nbytes: number): void {
    this.#buffer.bufferUpdated(nbytes);
  }

  /**
   * Stores an exception: the waiting read and every later one reject with it, whatever is buffered.
   *
   * A second call replaces the first one's exception. After `cancel()` it does nothing.
   * @asyncio StreamReader.set_exception
   */
  setException(error: Error): void {
    this.#buffer.setException(error);
  }

  /**
   * Returns the stored exception, or `null`.
   * @asyncio StreamReader.exception
   */
  exception(): Error | null {
    return this.#buffer.exception;
  }

  /**
   * Tells whether the end was fed and everything was read.
   * @asyncio StreamReader.at_eof
   */
  atEof(): boolean {
    return this.#buffer.eof && this.#buffer.queue.length === 0;
  }

  /**
   * Names the transport to pause, to resume and to close.
   * @throws {StreamStateError} the second time.
   * @asyncio StreamReader.set_transport
   */
  setTransport(transport: ReaderTransport): void {
    this.#buffer.setTransport(transport);
  }

  /**
   * Closes our end of the pipe and drops what is buffered: the waiting read and all later ones see the end.
   *
   * A child that goes on writing gets SIGPIPE or `EPIPE`; where pipes are socket pairs, as on the node backend, it may get
   * `ECONNRESET` first. Calling it again does nothing.
   * Differs: asyncio has no such method.
   */
  cancel(): void {
    this.#buffer.cancel();
  }

  /**
   * Reads up to `n` bytes, waiting only if there are none yet.
   * @param n - Bytes; it may exceed the limit. Negative, the default: everything up to the end.
   * @returns an empty array at the end, or if `n` is 0.
   * @throws {ConcurrentReadError} (rejects) if it would have to wait while another read waits.
   * @asyncio StreamReader.read
   * Differs: an aborted `read(-1)` leaves what it had in the buffer.
   */
  async read(n = -1, options?: ReadOptions): Promise<Uint8Array> {
    assertInteger(n);
    const buffer = this.#buffer;
    buffer.check(options?.signal);
    if (n === 0) {
      return new Uint8Array(0);
    }
    const bytes = n < 0 ? Infinity : 1;
    while (buffer.lacks(bytes)) {
      await buffer.wait('read', { bytes, search: null }, options?.signal);
    }
    const { queue } = buffer;
    return buffer.take(n < 0 ? queue.length : queue.handyLength(Math.min(n, queue.length)));
  }

  /**
   * Reads exactly `n` bytes.
   * @param n - Bytes; it may exceed the limit.
   * @throws {ValueError} (rejects) if `n` is negative.
   * @throws {IncompleteReadError} (rejects) if the end comes earlier; the rest is taken out of the buffer.
   * @throws {ConcurrentReadError} (rejects) as `read`.
   * @asyncio StreamReader.readexactly
   */
  async readexactly(n: number, options?: ReadOptions): Promise<Uint8Array> {
    assertInteger(n);
    if (n < 0) {
      throw new ValueError('readexactly size can not be less than zero');
    }
    const buffer = this.#buffer;
    buffer.check(options?.signal);
    while (buffer.lacks(n)) {
      await buffer.wait('readexactly', { bytes: n, search: null }, options?.signal);
    }
    if (buffer.length < n) {
      throw new IncompleteReadError(buffer.takeAll(), n);
    }
    return buffer.take(n);
  }

  /**
   * Reads through the separator.
   *
   * Of several separators the one that ends first counts. The limit applies to the bytes before the separator.
   * @param separator - Bytes, a string as UTF-8, or an array of such. Default: a newline.
   * @throws {ValueError} (rejects) for an empty array or an empty separator.
   * @throws {IncompleteReadError} (rejects) if the end comes first; the rest is taken out of the buffer.
   * @throws {LimitOverrunError} (rejects) if the separator does not come within the limit; the bytes stay.
   * @throws {ConcurrentReadError} (rejects) as `read`.
   * @asyncio StreamReader.readuntil
   * Differs: takes strings, and an array where asyncio takes a tuple.
   */
  async readuntil(separator: Separator | readonly Separator[] = '\n', options?: ReadOptions): Promise<Uint8Array> {
    return this.#separated.readuntil(separator, options?.signal);
  }

  /**
   * Reads a line, newline included; at the end what is left, then empty arrays for ever.
   * @throws {ValueError} (rejects) if the line exceeds the limit, with the `LimitOverrunError` as its cause. A complete
   * line is dropped; of an incomplete one everything buffered is, and its remainder comes as a line of its own later.
   * @throws {ConcurrentReadError} (rejects) as `read`.
   * @asyncio StreamReader.readline
   */
  readline(options?: ReadOptions): Promise<Uint8Array> {
    const line = options === undefined ? this.#separated.lineAtHand() : null;
    return line === null ? this.#separated.readline(options?.signal) : Promise.resolve(line);
  }

  /**
   * Returns a copy of the next `n` bytes and leaves them in the buffer; waits until they are there.
   * @param n - Bytes; it may exceed the limit.
   * @returns fewer bytes only at the end.
   * @throws {ValueError} (rejects) if `n` is negative.
   * @throws {ConcurrentReadError} (rejects) as `read`.
   * Differs: asyncio has no such method.
   */
  async peek(n: number, options?: ReadOptions): Promise<Uint8Array> {
    assertInteger(n);
    if (n < 0) {
      throw new ValueError('peek size can not be less than zero');
    }
    const buffer = this.#buffer;
    buffer.check(options?.signal);
    while (buffer.lacks(n)) {
      await buffer.wait('peek', { bytes: n, search: null }, options?.signal);
    }
    const copy = new Uint8Array(Math.min(n, buffer.queue.length));
    buffer.queue.copyInto(copy);
    return copy;
  }

  /**
   * Reads into memory of the caller, waiting only if nothing is buffered.
   * @param view - Its length is the most that is read.
   * @returns the number of bytes read; 0 at the end, or if `view` is empty.
   * @throws {ConcurrentReadError} (rejects) as `read`.
   * Differs: asyncio has no such method.
   */
  async readInto(view: Uint8Array, options?: ReadOptions): Promise<number> {
    const buffer = this.#buffer;
    buffer.check(options?.signal);
    const bytes = Math.min(1, view.length);
    while (buffer.lacks(bytes)) {
      await buffer.wait('readInto', { bytes, search: null }, options?.signal);
    }
    const count = buffer.queue.copyInto(view);
    buffer.queue.skip(count);
    buffer.consumed();
    return count;
  }

  /**
   * Yields the results of `readline` up to the first empty one.
   * @asyncio StreamReader.__aiter__
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array, undefined, undefined> {
    return new ReadlineIterator(this.#separated);
  }

  /**
   * Iterates over the lines, as text or as bytes.
   *
   * The lines do not depend on how the input came. Leaving the loop loses nothing: the next read begins after the last
   * line. The last line may have no end. Text is decoded in batches, which keep up to 16 KiB alive with each line.
   * @param options - With `encoding` the lines are strings.
   * @throws {ValueError} for options that make no sense.
   * @throws {LimitOverrunError} (the iteration rejects) for a line above `maxLineBytes`, unless `onOverrun` says otherwise.
   * @throws {TextDecodeError} (the iteration rejects) for invalid text, if `fatal` is set.
   * @throws {ConcurrentReadError} (the iteration rejects) as `read`.
   * Differs: asyncio has no such method; its iteration is the one of `readline`.
   */
  lines(options: TextLineOptions): AsyncIterableIterator<string, undefined, undefined>;
  lines(options?: BytesLineOptions): AsyncIterableIterator<Uint8Array, undefined, undefined>;
  lines(
    options: TextLineOptions | BytesLineOptions = {},
  ): AsyncIterableIterator<string, undefined, undefined> | AsyncIterableIterator<Uint8Array, undefined, undefined> {
    return this.#lineIterator(options);
  }

  /**
   * Iterates over arrays of lines: all that are there at once, at least one and at most 1 024.
   *
   * The lines are those of `lines()`. One promise serves a whole array, so this is the fastest way to read many lines.
   * @param options - Those of `lines()`.
   * @throws as `lines()`.
   * Differs: asyncio has no such method.
   */
  lineBatches(options: TextLineOptions): AsyncIterableIterator<string[], undefined, undefined>;
  lineBatches(options?: BytesLineOptions): AsyncIterableIterator<Uint8Array[], undefined, undefined>;
  lineBatches(
    options: TextLineOptions | BytesLineOptions = {},
  ): AsyncIterableIterator<string[], undefined, undefined> | AsyncIterableIterator<Uint8Array[], undefined, undefined> {
    const lines = this.#lineIterator(options);
    return lines instanceof TextLineIterator ? new LineBatches(lines) : new LineBatches(lines);
  }

  /**
   * Returns a web stream of what this reader reads; cancelling it is `cancel()`. Do not read otherwise meanwhile.
   * Differs: asyncio has no such method.
   */
  toWeb(): ReadableStream<Uint8Array> {
    return readableStreamOf(this);
  }

  /**
   * Returns a Node stream of what this reader reads; destroying it is `cancel()`. Do not read otherwise meanwhile.
   * Differs: asyncio has no such method.
   */
  toReadable(): Readable {
    return readableOf(this);
  }

  /** Shows the state; empty and default parts are left out. */
  override toString(): string {
    const buffer = this.#buffer;
    const info = ['StreamReader'];
    if (buffer.length > 0) info.push(`${buffer.length} bytes`);
    if (buffer.eof) info.push('eof');
    if (buffer.limit !== DEFAULT_LIMIT_BYTES) info.push(`limit=${buffer.limit}`);
    if (buffer.waiting !== null) info.push(`waiter=${buffer.waiting}`);
    if (buffer.exception !== null) info.push(`exception=${buffer.exception.name}`);
    if (buffer.transport !== null) info.push(`transport=${buffer.transport.constructor.name}`);
    if (buffer.paused) info.push('paused');
    return `<${info.join(' ')}>`;
  }

  #lineIterator(options: TextLineOptions | BytesLineOptions): TextLineIterator | BytesLineIterator {
    const rules = lineRules(options);
    return rules.encoding === null
      ? new BytesLineIterator(this.#buffer, rules)
      : new TextLineIterator(this.#buffer, rules, rules.encoding);
  }
}

function assertInteger(n: number): void {
  if (!Number.isInteger(n)) {
    throw new TypeError(`expected an integer number of bytes, got ${String(n)}`);
  }
}
