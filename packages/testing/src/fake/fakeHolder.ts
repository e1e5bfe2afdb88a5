import type { FakeDescriptors } from './fakeDescriptors.js';
import type { WriteOutcome } from './fakeOutput.js';
import { FakeSignals } from './fakeSignals.js';
import { bytesOf } from '../bytes/bytes.js';

/** A descendant of a fake child. It holds pipes of the child open, also after the child ended. */
export class FakeHolder {
  /** How it reacts to signals to the process group of the child. A signal that kills it calls `release()`. */
  readonly signals: FakeSignals;
  readonly #descriptors: FakeDescriptors;
  readonly #fds: Set<number>;

  constructor(descriptors: FakeDescriptors, fds: readonly number[]) {
    this.#descriptors = descriptors;
    this.#fds = new Set(fds);
    for (const fd of this.#fds) {
      descriptors.requireKnown(fd);
      descriptors.take(fd);
    }
    this.signals = new FakeSignals({
      dieOf: () => {
        this.release();
      },
      stopped: () => undefined,
      continued: () => undefined,
    });
  }

  /** Whether it holds any pipe open. */
  get isHolding(): boolean {
    return this.#fds.size > 0;
  }

  /**
   * Writes to an output that it holds open.
   * @param fd - The descriptor in the child.
   * @param text - Bytes, or text as UTF-8.
   * @returns when the pipe took everything: `'taken'`; `'broken'` if it is closed here, or nobody reads it.
   * @throws {RangeError} if the child has no such descriptor.
   */
  write(fd: number, text: string | Uint8Array): Promise<WriteOutcome> {
    this.#descriptors.requireKnown(fd);
    return this.#fds.has(fd) ? this.#descriptors.writeHeld(fd, bytesOf(text)) : Promise.resolve('broken');
  }

  /**
   * Reads from stdin, if it holds that open.
   * @param maxBytes - Most bytes to read. Default: 65 536.
   * @returns the bytes; an empty array at the end.
   */
  readInput(maxBytes = 65_536): Promise<Uint8Array> {
    return this.#fds.has(0) ? this.#descriptors.read(maxBytes) : Promise.resolve(new Uint8Array(0));
  }

  /**
   * Closes pipes.
   * @param fd - The descriptor to close. Default: all.
   */
  release(fd?: number): void {
    for (const held of fd === undefined ? [...this.#fds] : [fd]) {
      if (this.#fds.delete(held)) {
        this.#descriptors.letGo(held);
      }
    }
  }
}
