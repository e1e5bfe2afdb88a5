/**
 * The environment of the C library, read beside threads that change it: workers that share our environment, native code.
 *
 * 1. `environ` points to a table of pointers to `NAME=value`. `setenv` puts another pointer in its place, or moves the table
 *    and gives the old one back; `unsetenv` moves the rest of it down. There is no lock that we could take.
 * 2. So the table is read twice, in one call. If both are the same, or differ only in values, then nothing moved in between, and
 *    no variable is missing. Otherwise it is read again; after some tries a thread stands still in the middle of a change,
 *    and gets time to go on.
 * 3. Memory that was given back may look the same twice: `EnvironmentCheck` tells.
 * 4. The kernel does the reading: see `OwnMemory`.
 * 5. The strings are copied once. `setenv` of glibc never changes and never frees a string, so the same pointers mean the same
 *    variables, and as long as nothing changes the next child gets the same copy.
 *    A string that native code gave to `putenv` and changes in place is seen with the next other change.
 */
import { native } from '../native/ffi.js';
import { EnvironmentCheck } from './environmentCheck.js';
import { EnvironmentTable, type TwoReadings } from './environmentTable.js';
import { OwnMemory } from './ownMemory.js';
import { StringTable } from './stringTable.js';

/** The smallest page of any machine: what lies in the page of an address can be read with it. */
const PAGE = 4_096;
const POINTER = 8;
const LOW_WORD = 2 ** 32;
const MAX_TRIES = 200;
const TRIES_WITHOUT_PAUSE = 50;
const PAUSE_MS = 1;
/** No environment of a process that was executed has more: 128 KiB for each string, and a quarter of the stack for all. */
const MAX_BYTES = 16 * 1_048_576;

/** Reads our environment, and keeps the last copy. */
export class OwnEnvironment {
  #pointers: Uint8Array = NOTHING;
  #block: StringTable | null = null;
  readonly #table = new EnvironmentTable();
  readonly #check = new EnvironmentCheck();
  readonly #memory = new OwnMemory();
  /** Never notified. */
  readonly #pause = new Int32Array(new SharedArrayBuffer(4));
  readonly #page = new Uint8Array(PAGE);
  readonly #pageAddress = native().addressOf(this.#page);

  /** Returns the environment as it is now, `null` if it cannot be read. */
  read(): StringTable | null {
    return this.#block !== null && this.#table.isStill(this.#pointers) ? this.#block : this.#readAll();
  }

  #readAll(): StringTable | null {
    let known = new Map<number, Uint8Array>();
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      if (tries >= TRIES_WITHOUT_PAUSE) {
        Atomics.wait(this.#pause, 0, 0, PAUSE_MS);
      }
      const pointers = this.#table.read();
      const strings = pointers === null ? null : this.#settled(pointers, known);
      if (pointers !== null && strings !== null && this.#check.admits(strings, tries >= MAX_TRIES / 2)) {
        this.#pointers = pointers[1];
        this.#block = new StringTable(strings);
        return this.#block;
      }
      // A string that was freed may have made room for another one at its address.
      known = tries % 8 === 7 ? new Map<number, Uint8Array>() : known;
    }
    return null;
  }

  /** Returns the strings of the second reading if each place has the variable that it had in the first one. */
  #settled([one, other]: TwoReadings, known: Map<number, Uint8Array>): Uint8Array[] | null {
    const older = this.#readStrings(one, known);
    const newer = older === null || Buffer.compare(one, other) === 0 ? older : this.#readStrings(other, known);
    return newer?.every((string, index) => sameName(string, older?.[index] ?? NOTHING)) === true ? newer : null;
  }

  /** Returns the strings in the order of the table, `null` if one of them cannot be read. */
  #readStrings(table: Uint8Array, known: Map<number, Uint8Array>): Uint8Array[] | null {
    const strings: Uint8Array[] = [];
    // The strings with which a process starts lie one behind the other.
    let page = NOTHING;
    let from = 0;
    for (let at = 0; at < table.length; at += POINTER) {
      const address = pointerAt(table, at);
      let string = known.get(address);
      if (string === undefined) {
        const offset = address - from;
        let end = offset >= 0 && offset < page.length ? page.indexOf(0, offset) : -1;
        if (end >= 0) {
          string = page.subarray(offset, end);
        } else {
          const read = this.#readUntilZero(address);
          if (read === null) {
            return null;
          }
          page = read;
          from = address;
          end = page.indexOf(0);
          string = page.subarray(0, end);
        }
        known.set(address, string);
      }
      strings.push(string);
    }
    return strings;
  }

  /** Returns what lies at an address, with at least one zero in it. */
  #readUntilZero(address: number): Uint8Array | null {
    const pieces: Uint8Array[] = [];
    for (let total = 0; total < MAX_BYTES;) {
      const bytes = this.#readPage(address + total);
      if (bytes === 0) {
        return null;
      }
      const piece = this.#page.slice(0, bytes);
      pieces.push(piece);
      if (piece.includes(0)) {
        return pieces.length === 1 ? piece : Buffer.concat(pieces);
      }
      total += bytes;
    }
    return null;
  }

  /** Reads up to the end of the page; returns how much. */
  #readPage(address: number): number {
    const bytes = PAGE - (address % PAGE);
    return Math.max(0, this.#memory.read({ from: address, bytes, to: this.#pageAddress }));
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
const EQUALS = 0x3d;

function pointerAt(table: Uint8Array, at: number): number {
  const view = Buffer.from(table.buffer, table.byteOffset, table.byteLength);
  return view.readUInt32LE(at + 4) * LOW_WORD + view.readUInt32LE(at);
}

function sameName(one: Uint8Array, other: Uint8Array): boolean {
  const length = one.indexOf(EQUALS) + 1;
  return one === other || (length > 0 && Buffer.compare(one.subarray(0, length), other.subarray(0, length)) === 0);
}
