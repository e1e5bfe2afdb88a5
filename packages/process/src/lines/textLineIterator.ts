/**
 * Lines of text.
 *
 * 1. They are decoded in batches: many lines of the first chunk at once. The bytes stay in the queue until all lines of the
 *    batch were returned. Every other read first calls `endReadAhead()` of the buffer.
 * 2. Lines that span chunks, other separators and long lines are decoded one by one.
 *
 * | state    | next line                                     | `endReadAhead()`                                 |
 * | -------- | --------------------------------------------- | ------------------------------------------------ |
 * | no batch | decode a batch, or one line                   | -                                                |
 * | batch    | return its next line; no batch after the last | remove the bytes of the returned lines; no batch |
 */
import type { ReadAhead, ReadBuffer } from '../buffer/readBuffer.js';
import { indexOfByte, lastIndexOfByte } from '../search/byteSearch.js';
import { LineIterator } from './lineIterator.js';
import type { LineRules } from './lineOptions.js';
import { textDecoding, type TextDecoding } from './textDecoding.js';

/** Most bytes of a batch. Each line keeps the text of its batch in memory. */
const BATCH_BYTES = 16_384;

/** Smaller batches save no time. */
const LEAST_BATCH_BYTES = 256;

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** Iterates over lines of text. */
export class TextLineIterator extends LineIterator<string> implements ReadAhead {
  readonly #decoding: TextDecoding;
  readonly #batchBytes: number;
  readonly #keep: 0 | 1;
  /** The text of the batch: whole lines with their separators. Empty if there is no batch. */
  #text = '';
  #position = 0;
  /** Number of lines of the batch that were returned. */
  #returned = 0;
  /** Length of the batch in bytes. */
  #bytes = 0;

  constructor(buffer: ReadBuffer, rules: LineRules, encoding: 'utf8' | 'latin1') {
    super(buffer, rules);
    this.#decoding = textDecoding(encoding, rules.fatal);
    this.#keep = rules.keepEnds ? 1 : 0;
    const most = Math.min(BATCH_BYTES, rules.maxLineBytes, buffer.limit);
    this.#batchBytes = (rules.plainNewline || rules.universal) && !rules.fatal && most >= LEAST_BATCH_BYTES ? most : 0;
  }

  override takeBufferedLine(): string | null {
    if (!this.mayRead) {
      return null;
    }
    if (this.#position === this.#text.length && !this.#readBatch()) {
      return super.takeBufferedLine();
    }
    const text = this.#text;
    const start = this.#position;
    const end = text.indexOf('\n', start);
    this.#position = end + 1;
    this.#returned += 1;
    if (end + 1 === text.length) {
      this.#finishBatch(this.#bytes);
      this.buffer.setReadAhead(null);
    }
    return text.slice(start, end + this.#keep);
  }

  /** Removes the bytes of the lines that were returned, and drops the batch. */
  endReadAhead(): void {
    const chunk = this.buffer.queue.peekFirst();
    let end = 0;
    for (let lines = 0; lines < this.#returned; lines += 1) {
      end = indexOfByte(chunk, NEWLINE, end) + 1;
    }
    this.#finishBatch(end);
  }

  protected override decode(bytes: Uint8Array): string {
    return this.#decoding.decode(bytes);
  }

  /** Decodes the complete lines of the first chunk; returns whether there are any. */
  #readBatch(): boolean {
    const { buffer } = this;
    if (this.#batchBytes === 0 || !this.atLineStart) {
      return false;
    }
    buffer.endReadAhead();
    const chunk = buffer.queue.peekFirst();
    const end = lastIndexOfByte(chunk, NEWLINE, this.#batchBytes - 1) + 1;
    const region = chunk.subarray(0, end);
    if (end === 0 || (this.rules.universal && indexOfByte(region, CARRIAGE_RETURN, 0) !== -1)) {
      return false;
    }
    this.#text = this.#decoding.decode(region);
    this.#position = 0;
    this.#returned = 0;
    this.#bytes = end;
    buffer.setReadAhead(this);
    return true;
  }

  #finishBatch(consumedBytes: number): void {
    this.#text = '';
    this.#position = 0;
    this.buffer.queue.skip(consumedBytes);
    this.buffer.consumed();
  }
}
