/** Reads lines, with and without a wait. */
export interface LineSource {
  /** Removes and returns the next line if that takes no wait; `null` if `readline` has to be called. */
  takeBufferedLine(): Uint8Array | null;
  readline(signal: AbortSignal | undefined): Promise<Uint8Array>;
}

/** Yields the results of `readline` up to the first empty one. It is no generator, because that would be slower. */
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

  /** Ends the iteration; bytes that were not read stay in the reader. */
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
