import { clearTimeout, setTimeout } from 'node:timers';

/** The log of a recorder, with waits for new lines. */
export class EventLog {
  readonly lines: string[] = [];
  readonly #watchers = new Set<() => void>();
  /** Whether the last line was added: waits that are not met then reject. */
  #ended = false;

  add(line: string, last = false): void {
    this.lines.push(line);
    this.#ended ||= last;
    for (const watcher of this.#watchers) {
      watcher();
    }
  }

  has(line: string): boolean {
    return this.lines.includes(line);
  }

  count(line: string): number {
    return this.lines.filter((one) => one === line).length;
  }

  /**
   * Waits for lines.
   * @param what - What is waited for, for the message.
   * @param done - Called after each line; `true` ends the wait.
   * @throws {Error} (rejects) with the log, if the last line was added before.
   */
  async until(what: string, done: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!done() && !this.#ended) {
          return;
        }
        this.#watchers.delete(look);
        if (done()) {
          resolve();
        } else {
          reject(new Error(`${what} never came: ${this.toString()}`));
        }
      };
      this.#watchers.add(look);
      look();
    });
  }

  toString(): string {
    const lines = this.lines.filter((line, index) => line !== this.lines[index - 1]);
    return `[${lines.join(', ')}]`;
  }
}

/** Settles like a promise, or rejects with a message after `limitMs` milliseconds of real time. */
export async function within<T>(promise: Promise<T>, limitMs: number, message: () => string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(message()));
    }, limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Returns the error with which a promise rejects. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { readonly code?: unknown }> {
  let value: unknown;
  try {
    value = await promise;
  } catch (thrown) {
    return thrown as Error & { readonly code?: unknown };
  }
  throw new Error(`expected a rejection, got ${String(value)}`);
}

/** Returns the error that a call throws. */
export function thrownBy(call: () => unknown): Error & { readonly code?: unknown } {
  try {
    call();
  } catch (thrown) {
    return thrown as Error & { readonly code?: unknown };
  }
  throw new Error('expected a throw');
}
