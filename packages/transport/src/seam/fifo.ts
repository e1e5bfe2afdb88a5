/**
 * A first-in, first-out queue, for every place that needs one.
 *
 * 1. `push` and `shift` take constant time on average: a ring in an array, with a length that is a power of two.
 * 2. What was taken out is not kept: its place is cleared at once.
 * 3. A queue that never gets empty does not grow beyond twice what it held at most, and a burst is given back: the ring
 *    gets smaller once it is used to an eighth.
 */

const MIN_PLACES = 16;

/** A queue of anything but `undefined`. */
export class Fifo<T> {
  #ring: (T | undefined)[] = [];
  #first = 0;
  #length = 0;

  /** How many are in the queue. */
  get length(): number {
    return this.#length;
  }

  /** Adds one at the end. */
  push(item: T): void {
    if (this.#length === this.#ring.length) {
      this.#resize(Math.max(MIN_PLACES, this.#ring.length * 2));
    }
    this.#ring[(this.#first + this.#length) & (this.#ring.length - 1)] = item;
    this.#length += 1;
  }

  /** Adds one at the start: it is the next to come out. */
  unshift(item: T): void {
    if (this.#length === this.#ring.length) {
      this.#resize(Math.max(MIN_PLACES, this.#ring.length * 2));
    }
    this.#first = (this.#first - 1) & (this.#ring.length - 1);
    this.#ring[this.#first] = item;
    this.#length += 1;
  }

  /** Returns the first one and leaves it there, `undefined` if there is none. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#first];
  }

  /** Takes the first one out, `undefined` if there is none. */
  shift(): T | undefined {
    if (this.#length === 0) {
      return undefined;
    }
    const item = this.#ring[this.#first];
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) & (this.#ring.length - 1);
    this.#length -= 1;
    if (this.#length < this.#ring.length / 8 && this.#ring.length > MIN_PLACES) {
      this.#resize(this.#ring.length / 2);
    }
    return item;
  }

  /** Takes everything out. */
  clear(): void {
    this.#ring = [];
    this.#first = 0;
    this.#length = 0;
  }

  /** What is in the queue, first one first; it must not be changed meanwhile. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let index = 0; index < this.#length; index += 1) {
      yield this.#ring[(this.#first + index) & (this.#ring.length - 1)] as T;
    }
  }

  #resize(places: number): void {
    const ring = new Array<T | undefined>(places).fill(undefined);
    for (let index = 0; index < this.#length; index += 1) {
      ring[index] = this.#ring[(this.#first + index) & (this.#ring.length - 1)];
    }
    this.#ring = ring;
    this.#first = 0;
  }
}
