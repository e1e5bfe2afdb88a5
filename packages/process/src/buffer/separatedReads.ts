import { ValueError } from '@subwire/transport';
import type { ReadBuffer } from './readBuffer.js';
import { SeparatorSearch, toSeparators, type Separator } from '../search/separatorSearch.js';
import { IncompleteReadError, LimitOverrunError } from '../results/streamErrors.js';

const NEWLINE = 10;

/** The methods `readuntil` and `readline` of a reader. */
export class SeparatedReads {
  readonly #buffer: ReadBuffer;
  readonly #newline = new SeparatorSearch([new Uint8Array([NEWLINE])]);
  /** The search of the last `readuntil`; it continues if the next call has the same separators. */
  #lastSearch: SeparatorSearch = this.#newline;

  constructor(buffer: ReadBuffer) {
    this.#buffer = buffer;
  }

  /** Removes and returns a complete line within the limit; `null` if there is none, or if the read is to throw. */
  takeBufferedLine(): Uint8Array | null {
    const buffer = this.#buffer;
    const search = this.#newline;
    if (buffer.exception !== null) {
      return null;
    }
    buffer.endReadAhead();
    if (!search.find(buffer.queue)) {
      return null;
    }
    const length = search.matchEnd - buffer.queue.head;
    return length <= buffer.limit + 1 ? buffer.take(length) : null;
  }

  readuntil(separator: Separator | readonly Separator[], signal: AbortSignal | undefined): Promise<Uint8Array> {
    return this.#readuntil(separator === '\n' ? this.#newline : this.#searchFor(separator), signal);
  }

  async readline(signal: AbortSignal | undefined): Promise<Uint8Array> {
    try {
      return await this.#readuntil(this.#newline, signal);
    } catch (error) {
      if (error instanceof IncompleteReadError) {
        return error.partial;
      }
      if (error instanceof LimitOverrunError) {
        this.#dropLine(error.consumed);
        throw new ValueError(error.message, { cause: error });
      }
      throw error;
    }
  }

  async #readuntil(search: SeparatorSearch, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const buffer = this.#buffer;
    const { queue, limit } = buffer;
    buffer.check(signal);
    for (;;) {
      if (search.find(queue)) {
        const start = search.matchEnd - search.matchLength - queue.head;
        if (start > limit) {
          throw new LimitOverrunError('Separator is found, but chunk is longer than limit', start);
        }
        return buffer.take(search.matchEnd - queue.head);
      }
      const offset = Math.max(0, queue.length + 1 - search.longest);
      if (offset > limit) {
        throw new LimitOverrunError('Separator is not found, and chunk exceed the limit', offset);
      }
      if (buffer.eof) {
        throw new IncompleteReadError(buffer.takeAll(), null);
      }
      await buffer.wait('readuntil', { bytes: limit + search.longest, search }, signal);
      buffer.endReadAhead();
    }
  }

  #searchFor(separator: Separator | readonly Separator[]): SeparatorSearch {
    const separators = toSeparators(separator);
    if (!this.#lastSearch.isFor(separators)) {
      this.#lastSearch = new SeparatorSearch(separators);
    }
    return this.#lastSearch;
  }

  /** After a line that is too long: drops it if it is complete, else everything. */
  #dropLine(length: number): void {
    const { queue } = this.#buffer;
    if (queue.byteAt(length) === NEWLINE) {
      queue.skip(length + 1);
    } else {
      queue.clear();
    }
    this.#buffer.consumed();
  }
}
