import type { Writable } from 'node:stream';
import type { WritableStream } from 'node:stream/web';
import { saysThatReaderLeft, type WriteTransport } from '@subwire/transport';
import { Inspectable } from '../results/inspectable.js';
import { writableOf, writableStreamOf } from './writerAdapters.js';
import type { WriterFlow, WriterWaitOptions } from './writerFlow.js';

/**
 * Writes a stream of bytes, with flow control by `drain()`.
 *
 * After a close or a loss, writes do nothing and throw nothing; `drain()` rejects.
 * @asyncio asyncio.StreamWriter
 * Differs: has no reader of its own; takes strings as UTF-8.
 */
export class StreamWriter extends Inspectable implements AsyncDisposable {
  readonly #transport: WriteTransport;
  readonly #flow: WriterFlow;

  /**
   * @param transport - The writing end of a pipe.
   * @param flow - The flow control to which the protocol of the transport forwards its callbacks.
   */
  constructor(transport: WriteTransport, flow: WriterFlow) {
    super();
    this.#transport = transport;
    this.#flow = flow;
  }

  /**
   * The transport below.
   * @asyncio StreamWriter.transport
   */
  get transport(): WriteTransport {
    return this.#transport;
  }

  /**
   * Passes bytes to the transport and returns at once.
   * @param data - Bytes, or a string as UTF-8.
   * @throws {TypeError} for a value of another type. An error of the pipe is never thrown here.
   * @asyncio StreamWriter.write
   * Differs: takes strings.
   */
  write(data: Uint8Array | string): void {
    const bytes = toBytes(data);
    this.#noteIfDropped(bytes.length);
    this.#transport.write(bytes);
  }

  /**
   * Writes several pieces, as one `write` of all of them.
   * @param list - Bytes, or strings as UTF-8.
   * @throws {TypeError} if one of them has another type; then nothing is written.
   * @asyncio StreamWriter.writelines
   * Differs: takes strings.
   */
  writelines(list: Iterable<Uint8Array | string>): void {
    const parts = Array.from(list, toBytes);
    this.#noteIfDropped(parts.reduce((sum, part) => sum + part.length, 0));
    this.#transport.writelines(parts);
  }

  /**
   * Closes the pipe after the buffered bytes were written: then the reader sees the end of its input.
   * @asyncio StreamWriter.write_eof
   */
  writeEof(): void {
    this.#transport.writeEof();
  }

  /**
   * Tells whether `writeEof` works.
   * @asyncio StreamWriter.can_write_eof
   */
  canWriteEof(): boolean {
    return this.#transport.canWriteEof();
  }

  /**
   * Closes the pipe after the buffered bytes were written. Later calls do nothing.
   * @asyncio StreamWriter.close
   */
  close(): void {
    this.#transport.close();
  }

  /**
   * Tells whether the transport is closing or closed.
   * @asyncio StreamWriter.is_closing
   */
  isClosing(): boolean {
    return this.#transport.isClosing();
  }

  /**
   * Waits until the pipe is closed or lost. It does not close the pipe.
   * @param options - See `WriterWaitOptions`.
   * @throws (rejects) with the error of the loss, if it has one: `BrokenPipeError` if bytes were left over.
   * @asyncio StreamWriter.wait_closed
   * Differs: aborting one caller's wait does not touch another's.
   */
  waitClosed(options?: WriterWaitOptions): Promise<void> {
    return this.#flow.waitClosed(options);
  }

  /**
   * Waits until it is time to write more: the transport's buffer fell to its low mark, or was never above its high one.
   *
   * It does not mean that the data was written. Several callers may wait at once.
   * @throws (rejects) with the error of a loss, the first time.
   * @throws {ConnectionResetError} (rejects) every other time after a loss, after a write that came after `close()`, and if
   * `abort()` dropped what this call waits for.
   * @asyncio StreamWriter.drain
   * Differs: the first drain after a loss with an error throws that error; it never resolves after a write that was dropped.
   */
  drain(options?: WriterWaitOptions): Promise<void> {
    return this.#flow.drain(this.#transport.isClosing(), options);
  }

  /**
   * Returns extra information about the transport by its name.
   * @param name - As for `BaseTransport.getExtraInfo`.
   * @param defaultValue - Returned for an unknown name. Default: `null`.
   * @asyncio StreamWriter.get_extra_info
   */
  getExtraInfo(name: string, defaultValue: unknown = null): unknown {
    return this.#transport.getExtraInfo(name, defaultValue);
  }

  /**
   * Closes, and waits until everything is flushed or lost.
   *
   * That the reader went away (`EPIPE`, `ECONNRESET`) is no error here: at the end of a scope nobody could handle it, and
   * whoever wants to know calls `drain()` or `waitClosed()`.
   * @throws (rejects) with any other error of the loss.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    try {
      await this.waitClosed();
    } catch (error) {
      if (!saysThatReaderLeft(error)) {
        throw error;
      }
    }
  }

  /**
   * Returns a web stream that writes to this writer: a write waits for `drain()`, a close until the pipe is closed, and an
   * abort drops the buffered bytes.
   * Differs: asyncio has no such method.
   */
  toWeb(): WritableStream<Uint8Array | string> {
    return writableStreamOf(this);
  }

  /**
   * Returns a Node stream that writes to this writer: a write waits for `drain()`, the end until the pipe is closed, and an
   * early `destroy()` drops the buffered bytes. A lost pipe is an `error` event.
   * Differs: asyncio has no such method.
   */
  toWritable(): Writable {
    return writableOf(this);
  }

  /** Tells the flow control of bytes that the transport drops because it is closing. */
  #noteIfDropped(nbytes: number): void {
    if (nbytes > 0 && this.#transport.isClosing()) {
      this.#flow.writeDropped();
    }
  }

  /** Returns the name of the transport class as text. */
  override toString(): string {
    return `<StreamWriter transport=${this.#transport.constructor.name}>`;
  }
}

function toBytes(data: Uint8Array | string): Uint8Array {
  if (typeof data === 'string') {
    return Buffer.from(data, 'utf8');
  }
  if (data instanceof Uint8Array) {
    return data;
  }
  throw new TypeError(`expected a Uint8Array or a string, got ${data === null ? 'null' : typeof data}`);
}
