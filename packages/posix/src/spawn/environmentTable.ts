/**
 * The table of pointers behind `environ`, read twice in one call, so that hardly any time passes in between.
 *
 * 1. Nothing tells how long it is but the null pointer at its end. So a bit more is read than it had the last time, and only up
 *    to the end of its page if that is not there; up to the end of a further one if it does not end there.
 * 2. What was not read as it should be is to be read again: the next try knows more.
 */
import { native } from '../native/ffi.js';
import { OwnMemory } from './ownMemory.js';

/** The smallest page of any machine: what lies in the page of an address can be read with it. */
const PAGE = 4_096;
const POINTER = 8;
const LOW_WORD = 2 ** 32;
/** A larger one is not read: it would have more than 8,000 variables. */
const MAX_BYTES = 65_536;
const NOTHING: Uint8Array = new Uint8Array(0);
const VARIABLE_BYTES = 128;
/** For variables that are new since the last reading. */
const MORE_BYTES = 32 * POINTER;

/** The pointers as they were read first and then; there are as many. */
export type TwoReadings = readonly [one: Uint8Array, other: Uint8Array];

/** Reads the table. */
export class EnvironmentTable {
  readonly #memory = new OwnMemory();
  /** `environ`, of both readings. None of this is so small that the engine might move it. */
  readonly #variable = new Uint32Array(VARIABLE_BYTES / 4);
  readonly #variableAddress = native().addressOf(new Uint8Array(this.#variable.buffer));
  readonly #readings = new Uint8Array(2 * MAX_BYTES);
  readonly #words = new Uint32Array(this.#readings.buffer);
  readonly #readingsAddress = native().addressOf(this.#readings);
  #address = 0;
  /** How much to read. */
  #bytes = 0;

  /** Returns the pointers; `null` if they have to be read again. */
  read(): TwoReadings | null {
    const { environ } = native();
    if (this.#address === 0) {
      if (this.#memory.read({ from: environ, bytes: POINTER, to: this.#variableAddress }) !== POINTER) {
        return null;
      }
      this.#address = this.#variableAt(0);
      if (this.#address === 0) {
        return [NOTHING, NOTHING];
      }
      this.#bytes = pageEnd(this.#address) - this.#address;
    }
    const [bytes, address] = [this.#bytes, this.#address];
    const read = this.#memory.read(
      { from: environ, bytes: POINTER, to: this.#variableAddress },
      { from: address, bytes, to: this.#readingsAddress },
      { from: environ, bytes: POINTER, to: this.#variableAddress + POINTER },
      { from: address, bytes, to: this.#readingsAddress + MAX_BYTES },
    );
    if (read !== 2 * (POINTER + bytes)) {
      this.#address = 0;
      return null;
    }
    if (this.#variableAt(0) !== address || this.#variableAt(1) !== address) {
      this.#address = this.#variableAt(1);
      return null;
    }
    const end = this.#end();
    if (end < 0) {
      this.#bytes = Math.min(MAX_BYTES, pageEnd(address + bytes) - address);
      return null;
    }
    this.#bytes = Math.min(MAX_BYTES, end + MORE_BYTES);
    const one = this.#readings.slice(0, end);
    const other = this.#readings.slice(MAX_BYTES, MAX_BYTES + end);
    return this.#isNull(MAX_BYTES + end) ? [one, other] : null;
  }

  /** Whether the pointers are what they were: one reading tells. */
  isStill(pointers: Uint8Array): boolean {
    const bytes = pointers.length + POINTER;
    const read = this.#memory.read(
      { from: native().environ, bytes: POINTER, to: this.#variableAddress },
      { from: this.#address, bytes, to: this.#readingsAddress },
    );
    return (
      read === POINTER + bytes &&
      this.#variableAt(0) === this.#address &&
      Buffer.compare(pointers, this.#readings.subarray(0, pointers.length)) === 0 &&
      this.#isNull(pointers.length)
    );
  }

  #variableAt(index: number): number {
    return (this.#variable[2 * index + 1] ?? 0) * LOW_WORD + (this.#variable[2 * index] ?? 0);
  }

  #isNull(at: number): boolean {
    return this.#words[at / 4] === 0 && this.#words[at / 4 + 1] === 0;
  }

  /** Returns where the null pointer is, -1 if there is none. */
  #end(): number {
    for (let at = 0; at < this.#bytes; at += POINTER) {
      if (this.#isNull(at)) {
        return at;
      }
    }
    return -1;
  }
}

function pageEnd(address: number): number {
  return (Math.floor(address / PAGE) + 1) * PAGE;
}
