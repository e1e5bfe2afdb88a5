/**
 * A first-in, first-out queue, for every place that needs one: a ring buffer in an array.
 *
 * 1. `push`, `unshift` and `shift` take constant time on average. The length of the array is a power of two.
 * 2. An item that was taken out is not kept: its place is cleared at once.
 * 3. The array never has more places than twice the largest number of items, or 16. It is halved when less than an eighth
 *    of it is in use. So a queue that never gets empty does not grow, and the memory of a burst is given back.
 */

const MIN_PLACES = 16;

/** A first-in, first-out queue of anything but `undefined`. */
export class Fifo<T> {
  #ring: (T | undefined)[] = [];
  #first = 0;
  #length = 0;

  /** Number of items in the queue. */
  get length(): number {
    return this.#length;
  }

  /** Adds an item at the end. */
  push(item: T): void {
    if (this.#length === this.#ring.length) {
      this.#resize(Math.max(MIN_PLACES, this.#ring.length * 2));
    }
    this.#ring[(this.#first + this.#length) & (this.#ring.length - 1)] = item;
    this.#length += 1;
  }

  /** Adds an item at the start, so that it is the next to come out. */
  unshift(item: T): void {
    if (this.#length === this.#ring.length) {
      this.#resize(Math.max(MIN_PLACES, this.#ring.length * 2));
    }
    this.#first = (this.#first - 1) & (this.#ring.length - 1);
    this.#ring[this.#first] = item;
    this.#length += 1;
  }

  /** Returns the first item and leaves it in the queue; `undefined` if the queue is empty. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#first];
  }

  /** Returns the item at an index and leaves it in the queue; the first one has index 0. `undefined` if there is none. */
  at(index: number): T | undefined {
    return index >= 0 && index < this.#length ? this.#ring[(this.#first + index) & (this.#ring.length - 1)] : undefined;
  }

  /** Puts another item in the place of the last one; does nothing if the queue is empty. */
  replaceLast(item: T): void {
    if (this.#length > 0) {
      this.#ring[(this.#first + this.#length - 1) & (this.#ring.length - 1)] = item;
    }
  }

  /** Removes and returns the first item; `undefined` if the queue is empty. */
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

  /** Removes all items. */
  clear(): void {
    this.#ring = [];
    this.#first = 0;
    this.#length = 0;
  }

  /** Iterates over the items, the first one first. The queue must not be changed meanwhile. */
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
