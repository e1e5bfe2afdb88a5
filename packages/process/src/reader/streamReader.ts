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
   * Most bytes before the separator that `readline` and `readuntil` accept. The transport is paused when more than twice as
   * many bytes are buffered, and resumed at `limit` or fewer. Default: 65 536 bytes.
   */
  readonly limit?: number;
}

/** Options of the read methods of `StreamReader`. */
export interface ReadOptions {
  /** Ends the wait on abort; the read rejects with `signal.reason`, and no byte is lost. Default: none. */
  readonly signal?: AbortSignal;
}

const READER_OPTIONS: ReadonlySet<string> = new Set<keyof StreamReaderOptions>(['limit']);

/**
 * Reads a stream of bytes.
 *
 * The protocol of a transport feeds it: `feedData`, then `feedEof` or `setException`. It works without a transport too. Only
 * one read may wait at a time; a read that finds enough bytes in the buffer does not wait. Every read throws the stored
 * exception first, if there is one. An array that is returned belongs to the caller, with its `ArrayBuffer`.
 *
 * @asyncio asyncio.StreamReader
 * Differs: reads take an abort signal, which frees the reader in the same tick and loses no byte, `read(-1)` included.
 */
export class StreamReader extends Inspectable implements AsyncIterable<Uint8Array> {
  readonly #buffer: ReadBuffer;
  #separatedReads: SeparatedReads | null = null;

  /**
   * @param options - See `StreamReaderOptions`.
   * @throws {TypeError} if `limit` is not a number, or an option is unknown.
   * @throws {ValueError} unless `limit` is greater than 0.
   */
  constructor(options: StreamReaderOptions = {}) {
    super();
    const { limit = DEFAULT_LIMIT_BYTES } = ownOptions(options, READER_OPTIONS);
    if (typeof limit !== 'number') {
      throw new TypeError('limit must be a number');
    }
    // Written as a negation to refuse NaN too.
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
   * @param data - Belongs to the reader from now on and must not be changed. Empty data does nothing.
   * @throws {TypeError} if it is not a `Uint8Array`.
   * @throws {StreamStateError} after `feedEof`.
   * @asyncio StreamReader.feed_data
   * Differs: takes the array over instead of copying it.
   */
  feedData(data: Uint8Array): void {
    this.#buffer.feedData(data);
  }

  /**
   * Marks the end of the stream. Buffered bytes can still be read. Later calls do nothing.
   * @asyncio StreamReader.feed_eof
   */
  feedEof(): void {
    this.#buffer.feedEof();
  }

  /**
   * Returns memory for data that is about to arrive, as a `BufferedProtocol` does.
   *
   * `bufferUpdated` makes the filled part readable without a copy. The rest is returned by the next call.
   * @param _sizeHint - Bytes that are about to arrive, -1 if unknown; not used here. Default: -1.
   * @returns at least 4 096 bytes, valid until `bufferUpdated`.
   * @throws {StreamStateError} after `feedEof`.
   * @asyncio BufferedProtocol.get_buffer
   */
  getBuffer(_sizeHint = -1): Uint8Array {
    return this.#buffer.getBuffer();
  }

  /**
   * Appends the first bytes of the memory that `getBuffer` returned.
   * @param nbytes - How many bytes were filled; 0 appends nothing.
   * @throws {ValueError} if `nbytes` is no integer from 0 to the length of that memory.
   * @throws {StreamStateError} after `feedEof`.
   * @asyncio BufferedProtocol.buffer_updated
   */
  bufferUpdated(nbytes: number): void {
    this.#buffer.bufferUpdated(nbytes);
  }

  /**
   * Stores an exception: the waiting read and every later one reject with it, whatever is buffered.
   *
   * A later call replaces the exception. After `cancel()` it does nothing.
   * @param error - The exception.
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
   * Tells whether `feedEof` was called and all bytes were read.
   * @asyncio StreamReader.at_eof
   */
  atEof(): boolean {
    return this.#buffer.eof && this.#buffer.queue.length === 0;
  }

  /**
   * Sets the transport that the reader pauses, resumes and closes.
   * @param transport - The reading end of a pipe.
   * @throws {StreamStateError} if there is one already.
   * @asyncio StreamReader.set_transport
   */
  setTransport(transport: ReaderTransport): void {
    this.#buffer.setTransport(transport);
  }

  /**
   * Closes our end of the pipe and drops the buffered bytes: the waiting read and all later ones return the end.
   *
   * A child that continues to write gets SIGPIPE or `EPIPE`. Where pipes are socket pairs, as on the node backend, it may
   * get `ECONNRESET` first. Later calls do nothing.
   *
   * Differs: asyncio has no such method.
   */
  cancel(): void {
    this.#buffer.cancel();
  }

  /**
   * Reads up to `n` bytes; waits only if none are buffered.
   * @param n - Bytes; may exceed the limit. A negative number reads everything up to the end. Default: -1.
   * @param options - See `ReadOptions`.
   * @returns an empty array at the end, or if `n` is 0.
   * @throws {TypeError} (rejects) if `n` is no integer.
   * @throws {ConcurrentReadError} (rejects) if it has to wait while another read waits.
   * @asyncio StreamReader.read
   * Differs: after an aborted `read(-1)` the bytes are still in the buffer.
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
   * @param n - Bytes; may exceed the limit.
   * @param options - See `ReadOptions`.
   * @throws {TypeError} (rejects) if `n` is no integer.
   * @throws {ValueError} (rejects) if `n` is negative.
   * @throws {IncompleteReadError} (rejects) if the end comes earlier; it has the bytes before the end.
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
   * Reads up to a separator, and returns the bytes with it.
   *
   * Of several separators the one that ends first counts. The limit applies to the bytes before the separator.
   * @param separator - Bytes, a string as UTF-8, or an array of those. Default: a newline.
   * @param options - See `ReadOptions`.
   * @throws {TypeError} (rejects) for a separator of another type.
   * @throws {ValueError} (rejects) for an empty array or an empty separator.
   * @throws {IncompleteReadError} (rejects) if the end comes first; it has the bytes before the end.
   * @throws {LimitOverrunError} (rejects) if the separator is not within the limit; the bytes stay in the buffer.
   * @throws {ConcurrentReadError} (rejects) as `read`.
   * @asyncio StreamReader.readuntil
   * Differs: takes strings, and an array where asyncio takes a tuple.
   */
  async readuntil(separator: Separator | readonly Separator[] = '\n', options?: ReadOptions): Promise<Uint8Array> {
    return this.#separated.readuntil(separator, options?.signal);
  }

  /**
   * Reads a line and returns it with its newline.
   *
   * At the end it returns the last line without a newline, if there is one, and then an empty array each time.
   * @param options - See `ReadOptions`.
   * @throws {ValueError} (rejects) if the line exceeds the limit, with the `LimitOverrunError` as its cause. A complete line
   * is dropped. Of an incomplete line the buffered bytes are dropped, and the rest is read as a line later.
   * @throws {ConcurrentReadError} (rejects) as `read`.
   * @asyncio StreamReader.readline
   */
  readline(options?: ReadOptions): Promise<Uint8Array> {
    const line = options === undefined ? this.#separated.takeBufferedLine() : null;
    return line === null ? this.#separated.readline(options?.signal) : Promise.resolve(line);
  }

  /**
   * Returns a copy of the next `n` bytes, which stay in the buffer; waits until they have arrived.
   * @param n - Bytes; may exceed the limit.
   * @param options - See `ReadOptions`.
   * @returns `n` bytes; fewer only at the end.
   * @throws {TypeError} (rejects) if `n` is no integer.
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
   * Reads into memory of the caller; waits only if no bytes are buffered.
   * @param view - Its length is the most bytes that are read.
   * @param options - See `ReadOptions`.
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
   * The lines do not depend on how the input was cut into chunks. After a loop that was left early, the next read begins
   * after the last line. The last line may have no separator. Text is decoded in batches: each line keeps up to 16 KiB of
   * text in memory.
   * @param options - See `LineOptions`; with `encoding` the lines are strings, else arrays of bytes.
   * @throws {TypeError} for an unknown option or one of the wrong type.
   * @throws {ValueError} for a value out of range.
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
   * Iterates over arrays of lines: all that are buffered, at least one and at most 1 024.
   *
   * The lines are those of `lines()`. There is one promise for a whole array, so this is the fastest way to read many lines.
   * @param options - See `LineOptions`; with `encoding` the lines are strings, else arrays of bytes.
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
   * Returns a web stream of the bytes of this reader. To cancel it calls `cancel()`. Do not read in another way meanwhile.
   * Differs: asyncio has no such method.
   */
  toWeb(): ReadableStream<Uint8Array> {
    return readableStreamOf(this);
  }

  /**
   * Returns a Node stream of the bytes of this reader. To destroy it calls `cancel()`. Do not read in another way meanwhile.
   * Differs: asyncio has no such method.
   */
  toReadable(): Readable {
    return readableOf(this);
  }

  /** Returns the state as text, without its empty and default parts. */
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
