import type { FakeDescriptors } from './fakeDescriptors.js';
import type { WriteOutcome } from './fakeOutput.js';
import { FakeSignals } from './fakeSignals.js';
import { bytesOf } from '../bytes/bytes.js';

/** A descendant of a fake child: it holds some of the child's pipes, and keeps them when the child ends. */
export class FakeHolder {
  /** What signals to the child's process group do to it; death is `release()`. */
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

  /** Whether it still holds anything. */
  get isHolding(): boolean {
    return this.#fds.size > 0;
  }

  /** Writes to one of the outputs that it holds; `'broken'` if it holds it no more, or nobody reads. */
  write(fd: number, text: string | Uint8Array): Promise<WriteOutcome> {
    this.#descriptors.requireKnown(fd);
    return this.#fds.has(fd) ? this.#descriptors.writeHeld(fd, bytesOf(text)) : Promise.resolve('broken');
  }

  /** Reads from the input, if it holds that; an empty array is the end. */
  readInput(maxBytes = 65_536): Promise<Uint8Array> {
    return this.#fds.has(0) ? this.#descriptors.read(maxBytes) : Promise.resolve(new Uint8Array(0));
  }

  /**
   * Lets go of what it holds.
   * @param fd - Of this one alone. Default: of everything.
   */
  release(fd?: number): void {
    for (const held of fd === undefined ? [...this.#fds] : [fd]) {
      if (this.#fds.delete(held)) {
        this.#descriptors.letGo(held);
      }
    }
  }
}
