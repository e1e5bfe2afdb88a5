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

  /** Returns where `here` says yes first, given a byte and the one behind it; -1 for nowhere. */
  findIndex(here: (byte: number, next: number | undefined) => boolean): number {
    let offset = 0;
    for (const [turn, write] of this.#writes.entries()) {
      const behind = this.#writes[turn + 1]?.[0];
      const index = write.findIndex((byte, at) => here(byte, at + 1 < write.length ? write[at + 1] : behind));
      if (index !== -1) {
        return offset + index;
      }
      offset += write.length;
    }
    return -1;
  }

  clear(): void {
    this.#writes.length = 0;
    this.#length = 0;
  }
}
