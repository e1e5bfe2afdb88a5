/**
 * The state of a fake child, and the listeners for changes.
 *
 * | state   | `begin` | `end` |
 * | ------- | ------- | ----- |
 * | created | running | ended |
 * | running | throw   | ended |
 * | ended   | throw   | ended |
 */
export class FakeLife {
  readonly #program: string;
  readonly #listeners = new Set<() => void>();
  #state: 'created' | 'running' | 'ended' = 'created';

  /** @param program - For messages. */
  constructor(program: string) {
    this.#program = program;
  }

  get isCreated(): boolean {
    return this.#state === 'created';
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  /** @throws {Error} if it was started before, or has ended. */
  begin(): void {
    this.requireCreated();
    this.#state = 'running';
  }

  end(): void {
    this.#state = 'ended';
  }

  /** @throws {Error} unless its state is created. */
  requireCreated(): void {
    if (this.#state !== 'created') {
      throw this.mistake('was started already');
    }
  }

  /** @throws {Error} if it was not started. */
  requireStarted(): void {
    if (this.#state === 'created') {
      throw this.mistake('has not been started');
    }
  }

  /** Returns an error for a mistake of the test. */
  mistake(what: string): Error {
    return new Error(`the fake child ${JSON.stringify(this.#program)} ${what}`);
  }

  /**
   * Calls a function at every change.
   * @returns a function that ends that.
   */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Calls the listeners. */
  changed(): void {
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }
}
