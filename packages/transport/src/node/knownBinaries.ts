/**
 * Files that were found to be binaries, so that their first bytes need not be read for every start.
 *
 * A file is known by its path and by everything that changes when it is replaced or written. One that was changed a moment
 * ago is read again: the clock of the file system has not moved on, and another change would not show.
 */
import { statSync } from 'node:fs';

const MAX_FILES = 256;

/** Coarser than the clock of any file system. */
const SETTLED_MS = 3_000;

interface Identity {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

const known = new Map<string, Identity>();

/** Tells whether a file is known to be a binary; if not, `look` finds out. */
export function isKnownBinary(path: string, look: () => boolean): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now === undefined) {
    return false;
  }
  const seen = known.get(path);
  if (
    seen?.ino === now.ino &&
    seen.ctimeMs === now.ctimeMs &&
    seen.mtimeMs === now.mtimeMs &&
    seen.size === now.size &&
    seen.dev === now.dev
  ) {
    return true;
  }
  known.delete(path);
  if (!look()) {
    return false;
  }
  if (Math.abs(Date.now() - now.ctimeMs) > SETTLED_MS) {
    if (known.size === MAX_FILES) {
      known.clear();
    }
    const { dev, ino, size, mtimeMs, ctimeMs } = now;
    known.set(path, { dev, ino, size, mtimeMs, ctimeMs });
  }
  return true;
}
