/**
 * The soft limit of open descriptors that this process was started with, for its children.
 *
 * Node raises its soft limit to the hard one at start. A child would inherit that, and programs that use `select()` or
 * close every possible descriptor break above 1 024. `posix_spawn` cannot set limits, `prlimit` on the running child
 * comes too late (a shell has already asked), and a launcher in front of every child costs as much as the child itself.
 *
 * So our own soft limit is lowered while a spawn is under way: the child copies it with `fork`. That is harmless as long
 * as nobody here needs a descriptor above it meanwhile, so it is done only while this process has no more than half
 * of it open. Beyond that, and where the original limit cannot be learnt, children get ours, as from Node itself.
 *
 * The original limit is the parent's: limits are inherited, and nothing else remembers it. It counts only if the
 * parent's hard limit is ours too.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { native } from '../native/ffi.js';

const RLIMIT_NOFILE = 7;
const COUNT_MS = 10;

let original: bigint | null | undefined;
let inFlight = 0;
let lowered = false;
let counted = 0n;
let countedAt = Number.NEGATIVE_INFINITY;

// Soft and hard.
const wanted = new BigUint64Array(2);
/** What to put back: as it was before the last change. */
const before = new BigUint64Array(2);

/** Before a spawn: the limit is the original one until the matching `afterSpawn()`. */
export function beforeSpawn(): void {
  inFlight += 1;
  // Not `??=`: that it cannot be told is an answer too, and finding out costs more than a spawn.
  if (original === undefined) {
    original = originalSoftLimit();
  }
  if (original === null) {
    return;
  }
  const roomy = hasRoom(original);
  if (roomy && !lowered) {
    wanted[0] = original;
    lowered = native().prlimit(0, RLIMIT_NOFILE, wanted, before) === 0;
  } else if (!roomy) {
    putBack();
  }
}

/** After it; the last of those under way puts the limit back. */
export function afterSpawn(): void {
  inFlight -= 1;
  if (inFlight === 0) {
    putBack();
  }
}

function putBack(): void {
  if (lowered) {
    native().prlimit(0, RLIMIT_NOFILE, before, null);
    lowered = false;
  }
}

/** Returns `null` if it is the present one, or cannot be told. */
function originalSoftLimit(): bigint | null {
  try {
    native().prlimit(0, RLIMIT_NOFILE, null, wanted);
    const [soft = 0n, hard = 0n] = wanted;
    const line = /^Max open files +(\d+) +(\d+)/m.exec(readFileSync(`/proc/${process.ppid}/limits`, 'utf8'));
    const [, parentSoft = '', parentHard = ''] = line ?? [];
    return line !== null && BigInt(parentHard) === hard && BigInt(parentSoft) < soft ? BigInt(parentSoft) : null;
  } catch (unreadable) {
    // The parent may be gone, or another user's.
    void unreadable;
    return null;
  }
}

/** Tells whether no more than half of that many descriptors are open; in a burst of spawns it is not counted each time. */
function hasRoom(limit: bigint): boolean {
  const now = performance.now();
  if (now - countedAt > COUNT_MS) {
    countedAt = now;
    counted = openDescriptors();
  }
  return counted * 2n <= limit;
}

function openDescriptors(): bigint {
  // From Linux 6.2 on the size of the directory is the number of its entries.
  const { size } = statSync('/proc/self/fd');
  return BigInt(size > 0 ? size : readdirSync('/proc/self/fd').length);
}
