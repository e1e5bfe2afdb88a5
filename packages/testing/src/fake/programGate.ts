import type { FakeChild } from './fakeChild.js';

/**
 * Settles the promises of a program only while its child runs.
 *
 * | state of the child | a promise settles                                                                      |
 * | ------------------ | -------------------------------------------------------------------------------------- |
 * | running            | the program continues                                                                  |
 * | stopped            | it waits for SIGCONT                                                                   |
 * | ended              | it never settles for the program: no `finally` runs, as in a process that was killed   |
 */
export class ProgramGate {
  readonly #child: FakeChild;
  #held: (() => void)[] = [];

  constructor(child: FakeChild) {
    this.#child = child;
    child.onChange(() => {
      const held = this.#held;
      this.#held = [];
      held.forEach((proceed) => {
        this.#proceed(proceed);
      });
    });
  }

  /** Returns a promise that settles like the given one, while the child runs. */
  pass<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve) => {
      const settle = (): void => {
        this.#proceed(() => {
          resolve(promise);
        });
      };
      promise.then(settle, settle);
    });
  }

  #proceed(proceed: () => void): void {
    if (!this.#child.isRunning) {
      return;
    }
    if (this.#child.signals.isStopped) {
      this.#held.push(proceed);
    } else {
      proceed();
    }
  }
}
