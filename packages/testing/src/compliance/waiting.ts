import { clearTimeout, setTimeout } from 'node:timers';

/** A list of lines that tells when it has grown; every recorder of the suite keeps one. */
export class EventLog {
  readonly lines: string[] = [];
  readonly #watchers = new Set<() => void>();
  /** Nothing comes any more: whoever waits then waits in vain. */
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

  /** Resolves once `done` says so; rejects when the log has ended before. */
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

/** Settles as `promise` does, or rejects after `limitMs` with what `message` says then. Always in real time. */
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

/** Returns what a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { readonly code?: unknown }> {
  let value: unknown;
  try {
    value = await promise;
  } catch (thrown) {
    return thrown as Error & { readonly code?: unknown };
  }
  throw new Error(`expected a rejection, got ${String(value)}`);
}

/** Returns what a call throws. */
export function thrownBy(call: () => unknown): Error & { readonly code?: unknown } {
  try {
    call();
  } catch (thrown) {
    return thrown as Error & { readonly code?: unknown };
  }
  throw new Error('expected a throw');
}
