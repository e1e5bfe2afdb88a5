/**
 * What C calls `char *[]`: strings that end with a zero, and a table of pointers to them that ends with a null pointer.
 *
 * Another thread reads it, so the strings are built here in memory that the garbage collector never moves. It lives as
 * long as the object.
 */
import type { ByteString } from '@subwire/transport';
import { native } from '../native/ffi.js';

const POINTER = 8;
const LOW_WORD = 2 ** 32;
/** A smaller typed array may lie in the heap of the engine, and be moved. */
const LEAST_BYTES = 128;

/** A table of strings. */
export class StringTable {
  /** Where the table is. */
  readonly address: number;
  readonly #memory: Buffer;
  readonly #words: Uint32Array;

  constructor(strings: readonly ByteString[]) {
    const tableBytes = (strings.length + 1) * POINTER;
    let bytes = tableBytes;
    for (const string of strings) {
      bytes += byteLength(string) + 1;
    }
    const memory = Buffer.allocUnsafeSlow(Math.max(bytes, LEAST_BYTES));
    const words = new Uint32Array(memory.buffer, 0, tableBytes / 4);
    const address = native().addressOf(memory);
    let at = tableBytes;
    let word = 0;
    for (const string of strings) {
      words[word] = (address + at) % LOW_WORD;
      words[word + 1] = Math.floor((address + at) / LOW_WORD);
      word += 2;
      if (typeof string === 'string') {
        at += memory.write(string, at);
      } else {
        memory.set(string, at);
        at += string.length;
      }
      memory[at] = 0;
      at += 1;
    }
    words[word] = 0;
    words[word + 1] = 0;
    this.#memory = memory;
    this.#words = words;
    this.address = address;
  }

  /** Returns where the table goes on with a string. */
  addressAt(index: number): number {
    return this.address + index * POINTER;
  }

  /** Returns where a string is. */
  stringAt(index: number): number {
    return (this.#words[2 * index + 1] ?? 0) * LOW_WORD + (this.#words[2 * index] ?? 0);
  }

  /** How much memory it takes. */
  get byteLength(): number {
    return this.#memory.length;
  }
}

function byteLength(string: ByteString): number {
  return typeof string === 'string' ? Buffer.byteLength(string) : string.length;
}

/** Returns one string that ends with a zero, for a function that copies it. */
export function cString(text: ByteString): Uint8Array {
  return typeof text === 'string' ? Buffer.from(`${text}\0`) : Buffer.concat([text, ZERO]);
}

const ZERO = new Uint8Array(1);
