/** Addresses for memory of a test, and what C would find there. */

const FIRST_ADDRESS = 0x7000_0000_0000;
const GAP = 0x1_0000;

/** Memory that was given an address. */
export class SimulatedMemory {
  readonly #pieces: { readonly address: number; readonly memory: Uint8Array }[] = [];
  #next = FIRST_ADDRESS;

  /** Returns the address of a piece, always the same one. */
  addressOf(memory: Uint8Array): number {
    const known = this.#pieces.find((piece) => piece.memory === memory);
    if (known !== undefined) {
      return known.address;
    }
    const address = this.#next;
    this.#next += Math.ceil(memory.length / GAP) * GAP + GAP;
    this.#pieces.push({ address, memory });
    return address;
  }

  /** Returns the piece that was given this very address. */
  pieceAt(address: number): Uint8Array {
    const piece = this.#pieces.find((other) => other.address === address);
    if (piece === undefined) {
      throw new Error(`nothing begins at ${address}`);
    }
    return piece.memory;
  }

  /** Returns what lies at an address and behind it. */
  at(address: number): Buffer {
    for (const { address: first, memory } of this.#pieces) {
      if (address >= first && address < first + memory.length) {
        return Buffer.from(memory.buffer, memory.byteOffset + address - first, memory.length - (address - first));
      }
    }
    throw new Error(`nothing lies at ${address}`);
  }

  stringAt(address: number): string {
    const bytes = this.at(address);
    return bytes.toString('utf8', 0, bytes.indexOf(0));
  }

  /** Returns a table of strings, up to the null pointer. */
  stringsAt(address: number): string[] {
    const strings: string[] = [];
    for (let at = address; ; at += 8) {
      const pointer = this.at(at).readBigUInt64LE(0);
      if (pointer === 0n) {
        return strings;
      }
      strings.push(this.stringAt(Number(pointer)));
    }
  }
}
