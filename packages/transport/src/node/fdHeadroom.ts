import { performance } from 'node:perf_hooks';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';

/** The limit is read again after this long: other code may change it. */
const LIMIT_AGE_MS = 1_000;

/** The count is good for so long: a program in JavaScript opens no more than one descriptor in a microsecond. */
const COUNT_AGE_MS_PER_FD = 0.001;
const MAX_COUNT_AGE_MS = 100;
/** And for so many starts, should a test have stopped the clock. */
const MAX_COUNT_USES = 32;

/** Room for a start like most. */
const RESERVE = 64;

let limit = 0;
let limitReadAt = -Infinity;
let roomUntil = -Infinity;
let usesLeft = 0;

/**
 * Makes sure before a spawn that `count` descriptors from `lowest` on are free.
 *
 * Node loses three descriptors for good whenever it runs out after its socket pairs were made, and `stdio` is undefined
 * then; nothing can be repaired afterwards. The same goes for the child's half of the work, and what the child moves out
 * of the way goes above everything that it is to get.
 *
 * Linux tells the number of open descriptors as the size of a directory (6.2 and newer). Elsewhere, and close to the
 * limit, they are opened and closed again, which takes ten times as long. Where there is plenty of room, the count is good
 * for a moment.
 * @throws the system's error (`EMFILE`, `ENFILE`) if there are fewer.
 */
export function requireFreeFds(count: number, lowest: number): void {
  const now = performance.now();
  const needed = lowest + count;
  if (needed <= RESERVE && now < roomUntil && usesLeft > 0) {
    usesLeft -= 1;
    return;
  }
  const open = statSync('/proc/self/fd', { throwIfNoEntry: false })?.size ?? 0;
  const room = open === 0 ? 0 : descriptorLimit(now) - open;
  roomUntil = now + Math.min(MAX_COUNT_AGE_MS, (room - RESERVE) * COUNT_AGE_MS_PER_FD);
  usesLeft = MAX_COUNT_USES;
  if (room < needed) {
    openAndClose(count, lowest);
  }
}

/** Returns our soft limit, 0 if it is not known. */
function descriptorLimit(now: number): number {
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
