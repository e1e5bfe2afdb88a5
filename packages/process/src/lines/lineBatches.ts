/** An iterator over lines, some of which may be buffered already. */
export interface LineSupply<Line> extends AsyncIterator<Line, undefined, undefined> {
  /** Removes and returns the next line if that takes no wait; `null` if `next` has to be called. */
  takeBufferedLine(): Line | null;
}

/** Most lines of one batch. */
const MOST_LINES = 1024;

/** Iterates over batches of lines: all that are buffered, with one promise for the whole batch. */
export class LineBatches<Line> implements AsyncIterableIterator<Line[], undefined, undefined> {
  readonly #lines: LineSupply<Line>;

  constructor(lines: LineSupply<Line>) {
    this.#lines = lines;
  }

  next(): Promise<IteratorResult<Line[], undefined>> {
    // Buffered lines are taken in this tick, so of two calls at once the first one gets the first lines.
    const line = this.#lines.takeBufferedLine();
    return line === null ? this.#waitNext() : Promise.resolve(this.#batchFrom(line));
  }

  /** Ends the iteration; lines that were not returned stay in the reader. */
  async return(): Promise<IteratorResult<Line[], undefined>> {
    await this.#lines.return?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #waitNext(): Promise<IteratorResult<Line[], undefined>> {
    const first = await this.#lines.next();
    return first.done === true ? { value: undefined, done: true } : this.#batchFrom(first.value);
  }

  #batchFrom(first: Line): IteratorResult<Line[], undefined> {
    const batch = [first];
    while (batch.length < MOST_LINES) {
      const line = this.#lines.takeBufferedLine();
      if (line === null) {
        break;
      }
      batch.push(line);
    }
    return { value: batch, done: false };
  }
}
