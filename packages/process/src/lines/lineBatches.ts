/** Lines, each of which may be there already. */
export interface LineSupply<Line> extends AsyncIterator<Line, undefined, undefined> {
  /** Takes the next line if it is there, `null` if `next` has to look for it. */
  takeBufferedLine(): Line | null;
}

/** The most lines in one batch. */
const MOST_LINES = 1024;

/** Iterates over the lines that are there at once: one promise for all of them. */
export class LineBatches<Line> implements AsyncIterableIterator<Line[], undefined, undefined> {
  readonly #lines: LineSupply<Line>;

  constructor(lines: LineSupply<Line>) {
    this.#lines = lines;
  }

  next(): Promise<IteratorResult<Line[], undefined>> {
    // Without a wait where there is something: of two calls at once the first one gets the first lines.
    const line = this.#lines.takeBufferedLine();
    return line === null ? this.#waitNext() : Promise.resolve(this.#batchFrom(line));
  }

  /** Ends the iteration; what was not handed out stays in the reader. */
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
