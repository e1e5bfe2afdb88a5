/**
 * The lines of a reader.
 *
 * 1. The lines do not depend on how the input was cut into chunks.
 * 2. Bytes that were not returned stay in the reader.
 *
 * | state           | separator found                  | longer than `maxLineBytes`                      | end of the input  |
 * | --------------- | -------------------------------- | ----------------------------------------------- | ----------------- |
 * | at a line start | return the line                  | `error`: throw; `split`: return the first bytes | return the rest   |
 * |                 |                                  | `truncate`: return the first bytes, dropping    |                   |
 * | dropping        | drop up to its end, at a line    | drop                                            | drop, done        |
 * | after a `\r`    | a `\n` that comes next is skipped, then as at a line start; only with `universalNewlines`               |
 * | done            | -                                | -                                               | -                 |
 */
import type { ReadBuffer } from '../buffer/readBuffer.js';
import type { LineRules } from './lineOptions.js';
import { ConcurrentReadError, LimitOverrunError } from '../results/streamErrors.js';
import { characterCut } from './textDecoding.js';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** Iterates over the lines of a reader. `Line` is the type that `decode` makes of their bytes. */
export abstract class LineIterator<Line> implements AsyncIterableIterator<Line, undefined, undefined> {
  protected readonly buffer: ReadBuffer;
  protected readonly rules: LineRules;
  protected done = false;
  #waiting = false;
  /** Whether the rest of a truncated line is being dropped. */
  #dropping = false;
  /** Whether the last line ended with `\r`: a `\n` that follows belongs to that line. */
  #skipNewline = false;

  constructor(buffer: ReadBuffer, rules: LineRules) {
    this.buffer = buffer;
    this.rules = rules;
  }

  /** Whether the next byte is the first one of a line. */
  protected get atLineStart(): boolean {
    return !this.#dropping && !this.#skipNewline;
  }

  /** Whether the iteration goes on: not ended, failed or aborted. */
  protected get mayRead(): boolean {
    return !this.done && this.buffer.exception === null && this.rules.signal?.aborted !== true;
  }

  next(): Promise<IteratorResult<Line, undefined>> {
    const line = this.takeBufferedLine();
    return line === null ? this.#waitNext() : Promise.resolve({ value: line, done: false });
  }

  /** Removes and returns the next line if it is complete and in the ordinary state; `null` if `next` has to be called. */
  takeBufferedLine(): Line | null {
    const { buffer, rules } = this;
    const { search } = rules;
    if (!this.atLineStart || rules.fatal || !this.mayRead || !this.#isThere()) {
      return null;
    }
    return this.decode(this.#takeWithEnd(search.matchEnd - search.matchLength - buffer.queue.head, search.matchLength));
  }

  /** Ends the iteration; bytes that were not returned stay in the reader. */
  return(): Promise<IteratorResult<Line, undefined>> {
    this.done = true;
    this.buffer.endReadAhead();
    if (this.#waiting) {
      this.buffer.wake();
    }
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  protected abstract decode(bytes: Uint8Array): Line;

  /** Waits for the next line. */
  async #waitNext(): Promise<IteratorResult<Line, undefined>> {
    const { buffer, rules } = this;
    try {
      while (!this.done) {
        buffer.check(rules.signal);
        const bytes = this.#takeLine();
        if (bytes !== null) {
          return { value: this.decode(bytes), done: false };
        }
        if (buffer.eof) {
          break;
        }
        await this.#wait();
      }
    } catch (error) {
      // A second `next` during a wait is refused; the iteration itself goes on.
      this.done ||= !(error instanceof ConcurrentReadError);
      throw error;
    }
    this.done = true;
    return { value: undefined, done: true };
  }

  /** Tells whether a line within `maxLineBytes` is complete in the queue. */
  #isThere(): boolean {
    const { buffer, rules } = this;
    const { search } = rules;
    buffer.endReadAhead();
    return search.find(buffer.queue) && search.matchEnd - search.matchLength - buffer.queue.head <= rules.maxLineBytes;
  }

  async #wait(): Promise<void> {
    const { maxLineBytes, search, signal } = this.rules;
    const woken = this.buffer.wait(
      'lines',
      { bytes: this.#dropping ? 1 : maxLineBytes + search.longest, search },
      signal,
    );
    this.#waiting = true;
    try {
      await woken;
    } finally {
      this.#waiting = false;
    }
  }

  /** Removes and returns a line; `null` if more bytes are needed. */
  #takeLine(): Uint8Array | null {
    const { queue, eof } = this.buffer;
    const { search, maxLineBytes } = this.rules;
    for (;;) {
      this.#skipPendingNewline();
      const found = search.find(queue);
      if (this.#dropping) {
        this.#drop(found);
        if (this.#dropping) {
          return null;
        }
        continue;
      }
      const length = found
        ? search.matchEnd - search.matchLength - queue.head
        : queue.length - (eof ? 0 : search.longest - 1);
      if (length > maxLineBytes) {
        return this.#overrun();
      }
      if (found) {
        return this.#takeWithEnd(length, search.matchLength);
      }
      return eof && queue.length > 0 ? this.buffer.takeAll() : null;
    }
  }

  #takeWithEnd(length: number, endLength: number): Uint8Array {
    const { rules } = this;
    if (!rules.keepEnds) {
      const bytes = this.#take(length);
      this.#takeEnd(endLength);
      return bytes;
    }
    const bytes = this.#take(length + endLength);
    const endByte = bytes[length];
    this.#lineEnded(endByte);
    if (!rules.universal || endByte === NEWLINE) {
      return bytes;
    }
    const translated = new Uint8Array(bytes);
    translated[length] = NEWLINE;
    return translated;
  }

  /** Bytes that are decoded at once may share memory with others. */
  #take(count: number): Uint8Array {
    const { queue } = this.buffer;
    return this.rules.encoding === null ? queue.take(count) : queue.takeView(count);
  }

  #takeEnd(endLength: number): void {
    const { queue } = this.buffer;
    const endByte = this.rules.universal ? queue.byteAt(0) : undefined;
    queue.skip(endLength);
    this.#lineEnded(endByte);
  }

  #lineEnded(endByte: number | undefined): void {
    this.#skipNewline = this.rules.universal && endByte === CARRIAGE_RETURN;
    this.#skipPendingNewline();
    this.buffer.consumed();
  }

  #skipPendingNewline(): void {
    const { queue } = this.buffer;
    if (this.#skipNewline && queue.length > 0) {
      this.#skipNewline = false;
      if (queue.byteAt(0) === NEWLINE) {
        queue.skip(1);
        this.buffer.consumed();
      }
    }
  }

  #overrun(): Uint8Array {
    const { maxLineBytes, onOverrun, encoding } = this.rules;
    const { queue } = this.buffer;
    if (onOverrun === 'error') {
      throw new LimitOverrunError(`line is longer than ${maxLineBytes} bytes`, maxLineBytes);
    }
    this.#dropping = onOverrun === 'truncate';
    const cut = encoding === 'utf8' ? characterCut((index) => queue.byteAt(index), maxLineBytes) : maxLineBytes;
    return this.buffer.take(cut);
  }

  /** Drops the buffered bytes of a truncated line. */
  #drop(found: boolean): void {
    const { buffer, rules } = this;
    const { queue } = buffer;
    const { search } = rules;
    if (found) {
      this.#dropping = false;
      queue.skip(search.matchEnd - search.matchLength - queue.head);
      this.#takeEnd(search.matchLength);
    } else {
      queue.skip(buffer.eof ? queue.length : Math.max(0, queue.length - (search.longest - 1)));
      buffer.consumed();
    }
  }
}

/** Iterates over lines of bytes. */
export class BytesLineIterator extends LineIterator<Uint8Array> {
  protected override decode(bytes: Uint8Array): Uint8Array {
    return bytes;
  }
}
