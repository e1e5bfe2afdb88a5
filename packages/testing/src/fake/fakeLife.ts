/** The life of a fake child: created, running, ended; and who wants to know of a change. */
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

  /** @throws {Error} if it was started before: a mistake in the test. */
  begin(): void {
    this.requireCreated();
    this.#state = 'running';
  }

  end(): void {
    this.#state = 'ended';
  }

  /** @throws {Error} if it was started before. */
  requireCreated(): void {
    if (this.#state !== 'created') {
      throw this.mistake('was started already');
    }
  }

  /** @throws {Error} if it was never started. */
  requireStarted(): void {
    if (this.#state === 'created') {
      throw this.mistake('has not been started');
    }
  }

  /** Makes an error that says what the test got wrong about the child. */
  mistake(what: string): Error {
    return new Error(`the fake child ${JSON.stringify(this.#program)} ${what}`);
  }

  /**
   * Calls back at every change.
   * @returns what ends that.
   */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Tells that something has changed. */
  changed(): void {
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }
}
