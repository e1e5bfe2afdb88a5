/**
 * What was found out about programs, so that a hundred starts in a row do not look a hundred times.
 *
 * 1. A file that is a binary is known by everything that changes when it is replaced or written. One that was changed a
 *    moment ago is read again: the clock of the file system has not moved on, and another change would not show.
 * 2. What was looked at just now, the place of a name in the PATH included, is not looked at again: for 50 ms, and for 32
 *    starts, should a test have stopped the clock.
 */
import { statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** Time and starts until something is looked at again. */
const TRUST_MS = 50;
const TRUST_USES = 32;

const MAX_ENTRIES = 256;

/** Coarser than the clock of any file system. */
const SETTLED_MS = 3_000;

/** A bounded memory of what was looked at, each entry with its time. */
class Memory<T> {
  readonly #entries = new Map<string, { readonly value: T; lookedAt: number; usesLeft: number }>();

  /** Returns what was seen just now. */
  fresh(key: string, now: number): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.usesLeft === 0 || now - entry.lookedAt >= TRUST_MS) {
      return undefined;
    }
    entry.usesLeft -= 1;
    return entry.value;
  }

  /** Returns what was seen at any time. */
  last(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: string, value: T, now: number): void {
    if (this.#entries.size >= MAX_ENTRIES) {
      this.#entries.clear();
    }
    this.#entries.set(key, { value, lookedAt: now, usesLeft: TRUST_USES });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

interface Identity {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

const binaries = new Memory<Identity>();
const places = new Memory<string>();

/** Returns where a name was found just now in a PATH; if it was not, `look` finds it. */
export function placeInPath(name: string, path: string | undefined, look: () => string): string {
  const key = `${name}\0${path ?? ''}`;
  const now = performance.now();
  const known = places.fresh(key, now);
  if (known !== undefined) {
    return known;
  }
  const found = look();
  places.set(key, found, now);
  return found;
}

/** Tells whether a file is known to be a binary; if it is not known, `look` finds out. */
export function isKnownBinary(path: string, look: () => boolean): boolean {
  const now = performance.now();
  if (binaries.fresh(path, now) !== undefined) {
    return true;
  }
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    return false;
  }
  const last = binaries.last(path);
  if (last === undefined || !isSame(last, stats)) {
    binaries.delete(path);
    if (!look()) {
      return false;
    }
    // eslint-disable-next-line no-restricted-properties -- the time of day, which is the clock of the file system
    if (Math.abs(Date.now() - stats.ctimeMs) <= SETTLED_MS) {
      return true;
    }
  }
  const { dev, ino, size, mtimeMs, ctimeMs } = stats;
  binaries.set(path, { dev, ino, size, mtimeMs, ctimeMs }, now);
  return true;
}

function isSame(one: Identity, other: Identity): boolean {
  return (
    one.ino === other.ino &&
    one.ctimeMs === other.ctimeMs &&
    one.mtimeMs === other.mtimeMs &&
    one.size === other.size &&
    one.dev === other.dev
  );
}
