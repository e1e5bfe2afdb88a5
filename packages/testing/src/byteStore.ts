/** Bytes on their way through a fake pipe, oldest first. */
export class ByteStore {
  readonly #writes: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The length of the oldest write, as far as it is still here. */
  get firstWrite(): number {
    return this.#writes[0]?.length ?? 0;
  }

  /** Puts in a copy. */
  push(bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.#writes.push(bytes.slice());
      this.#length += bytes.length;
    }
  }

  /** Returns everything that is here, and keeps it. */
  peek(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let offset = 0;
    for (const write of this.#writes) {
      all.set(write, offset);
      offset += write.length;
    }
    return all;
  }

  /** Takes out up to `length` bytes, as memory of their own. */
  take(length: number): Uint8Array {
    const taken = new Uint8Array(Math.min(length, this.#length));
    let offset = 0;
    while (offset < taken.length) {
      const first = this.#writes[0] ?? taken.subarray(0, 0);
      const part = first.subarray(0, taken.length - offset);
      taken.set(part, offset);
      offset += part.length;
      if (part.length === first.length) {
        this.#writes.shift();
      } else {
        this.#writes[0] = first.subarray(part.length);
      }
    }
    this.#length -= taken.length;
    return taken;
  }

  clear(): void {
    this.#writes.length = 0;
    this.#length = 0;
  }
}
