import { closeSync, openSync, readFileSync, statSync } from 'node:fs';

/** The limit is read again after this long: other code may change it. */
const LIMIT_AGE_MS = 1_000;

let limit = 0;
let limitReadAt = -Infinity;

/**
 * Makes sure before a spawn that `count` descriptors from `lowest` on are free.
 *
 * Node loses three descriptors for good whenever it runs out after its socket pairs were made, and `stdio` is undefined
 * then; nothing can be repaired afterwards. The same goes for the child's half of the work, and what the child moves out
 * of the way goes above everything that it is to get.
 *
 * Linux tells the number of open descriptors as the size of a directory (6.2 and newer). Elsewhere, and close to the
 * limit, they are opened and closed again, which takes ten times as long.
 * @throws the system's error (`EMFILE`, `ENFILE`) if there are fewer.
 */
export function requireFreeFds(count: number, lowest: number): void {
  const open = statSync('/proc/self/fd', { throwIfNoEntry: false })?.size ?? 0;
  if (open === 0 || open + lowest + count > descriptorLimit()) {
    openAndClose(count, lowest);
  }
}

/** Returns our soft limit, 0 if it is not known. */
function descriptorLimit(): number {
  const now = performance.now();
  if (now - limitReadAt > LIMIT_AGE_MS) {
    limitReadAt = now;
    limit = readLimit();
  }
  return limit;
}

function readLimit(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return Number(soft ?? 0);
  } catch (unreadable) {
    void unreadable;
    return 0;
  }
}

function openAndClose(count: number, lowest: number): void {
  const opened: number[] = [];
  try {
    for (let found = 0; found < count;) {
      const fd = openSync('/dev/null', 'r');
      opened.push(fd);
      found += fd >= lowest ? 1 : 0;
    }
  } finally {
    opened.forEach(closeSync);
  }
}
