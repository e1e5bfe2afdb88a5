/** What it takes to read lines: one that is there already, or one that may have to be waited for. */
export interface LineSource {
  takeBufferedLine(): Uint8Array | null;
  readline(signal: AbortSignal | undefined): Promise<Uint8Array>;
}

/** Yields the results of `readline` up to the first empty one. Written by hand: a generator costs more than the line. */
export class ReadlineIterator implements AsyncIterableIterator<Uint8Array, undefined, undefined> {
  readonly #source: LineSource;
  #done = false;

  constructor(source: LineSource) {
    this.#source = source;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const line = this.#done ? null : this.#source.takeBufferedLine();
    return line === null ? this.#waitNext() : Promise.resolve({ value: line, done: false });
  }

  /** Ends the iteration; what was not read stays in the reader. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#done = true;
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #waitNext(): Promise<IteratorResult<Uint8Array, undefined>> {
    const line = this.#done ? null : await this.#source.readline(undefined);
    if (line === null || line.length === 0) {
      this.#done = true;
      return { value: undefined, done: true };
    }
    return { value: line, done: false };
  }
}
