import { Fifo } from '@subwire/transport';

/** The bytes in a fake pipe, as a queue of writes. */
export class ByteStore {
  readonly #writes = new Fifo<Uint8Array>();
  /** Number of bytes of the first write that were taken out. */
  #taken = 0;
  #length = 0;

  /** Number of bytes in the pipe. */
  get length(): number {
    return this.#length;
  }

  /** Number of bytes that are left of the first write. */
  get firstWrite(): number {
    return (this.#writes.peek()?.length ?? 0) - this.#taken;
  }

  /** Appends a copy of the bytes. */
  push(bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.#writes.push(bytes.slice());
      this.#length += bytes.length;
    }
  }

  /** Removes up to `length` bytes and returns them in an `ArrayBuffer` of their own. */
  take(length: number): Uint8Array {
    const all = new Uint8Array(Math.min(length, this.#length));
    let filled = 0;
    for (let first = this.#writes.peek(); first !== undefined && filled < all.length; first = this.#writes.peek()) {
      const part = first.subarray(this.#taken, this.#taken + all.length - filled);
      all.set(part, filled);
      filled += part.length;
      this.#taken += part.length;
      if (this.#taken === first.length) {
        this.#writes.shift();
        this.#taken = 0;
      }
    }
    this.#length -= all.length;
    return all;
  }

  /**
   * Returns the index of the first byte that a predicate accepts, -1 if there is none.
   *
   * @param predicate - Called with a byte and the byte after it, which is `undefined` for the last one.
   */
  findIndex(predicate: (byte: number, next: number | undefined) => boolean): number {
    let start = -this.#taken;
    for (let number = 0; number < this.#writes.length; number += 1) {
      const write = this.#writes.at(number) ?? new Uint8Array(0);
      const following = this.#writes.at(number + 1)?.[0];
      for (let at = Math.max(0, -start); at < write.length; at += 1) {
        if (predicate(write[at] ?? 0, at + 1 < write.length ? write[at + 1] : following)) {
          return start + at;
        }
      }
      start += write.length;
    }
    return -1;
  }

  /** Removes everything. */
  clear(): void {
    this.#writes.clear();
    this.#taken = 0;
    this.#length = 0;
  }
}
