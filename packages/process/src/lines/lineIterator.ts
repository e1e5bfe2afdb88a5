import type { ReadBuffer } from '../buffer/readBuffer.js';
import type { LineRules } from './lineOptions.js';
import { ConcurrentReadError, LimitOverrunError } from '../results/streamErrors.js';
import { characterCut } from './textDecoding.js';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/**
 * Iterates over the lines of a reader; `Line` is what `decode` makes of the bytes.
 *
 * Nothing depends on how the input was cut into chunks. What was not handed out stays in the reader.
 */
export abstract class LineIterator<Line> implements AsyncIterableIterator<Line, undefined, undefined> {
  protected readonly buffer: ReadBuffer;
  protected readonly rules: LineRules;
  protected done = false;
  #waiting = false;
  /** The rest of a line that was cut short is to be dropped. */
  #dropping = false;
  /** A line ended with `\r`: the `\n` that may follow belongs to it. */
  #skipNewline = false;

  constructor(buffer: ReadBuffer, rules: LineRules) {
    this.buffer = buffer;
    this.rules = rules;
  }

  /** Whether the next byte is the first one of a line. */
  protected get atLineStart(): boolean {
    return !this.#dropping && !this.#skipNewline;
  }

  /** Whether lines may be handed out: neither ended nor failed nor aborted. */
  protected get mayRead(): boolean {
    return !this.done && this.buffer.exception === null && this.rules.signal?.aborted !== true;
  }

  next(): Promise<IteratorResult<Line, undefined>> {
    const line = this.lineAtHand();
    return line === null ? this.#waitNext() : Promise.resolve({ value: line, done: false });
  }

  /** Takes the next line if it is there and there is nothing special about it; else `next` has to look. */
  lineAtHand(): Line | null {
    const { buffer, rules } = this;
    const { search } = rules;
    if (!this.atLineStart || rules.fatal || !this.mayRead || !this.#isThere()) {
      return null;
    }
    return this.decode(this.#takeWithEnd(search.matchEnd - search.matchLength - buffer.queue.head, search.matchLength));
  }

  /** Ends the iteration. What was not handed out stays in the reader. */
  return(): Promise<IteratorResult<Line, undefined>> {
    this.done = true;
    this.buffer.settle();
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
      // The one that waits already goes on.
      this.done ||= !(error instanceof ConcurrentReadError);
      throw error;
    }
    this.done = true;
    return { value: undefined, done: true };
  }

  /** Whether a line that is short enough is complete in the queue. */
  #isThere(): boolean {
    const { buffer, rules } = this;
    const { search } = rules;
    buffer.settle();
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

  /** Takes a line out of the queue, `null` if there is no complete one. */
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

  /** Bytes that become text need no memory of their own. */
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

  /** Drops the rest of a line as far as it is there. */
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
