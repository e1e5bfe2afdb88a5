import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** What this process holds open at one moment. */
export interface ResourceSnapshot {
  /** Key: pid and start time, so that a reused pid is a new child. */
  readonly children: ReadonlyMap<string, string>;
  readonly descriptors: ReadonlyMap<number, string>;
  /** How many timers, handles and requests of each kind keep the event loop alive. */
  readonly active: ReadonlyMap<string, number>;
}

const POLL_MS = 10;

/** Descriptors and children are read from `/proc`; elsewhere those two lists are empty. */
export function snapshotResources(): ResourceSnapshot {
  const linux = process.platform === 'linux';
  return {
    children: linux ? listChildren() : new Map<string, string>(),
    descriptors: linux ? listDescriptors() : new Map<number, string>(),
    active: countActive(),
  };
}

/** One line per thing that is there now and was not there in `before`; empty if nothing leaked. */
export function leaksSince(before: ResourceSnapshot): string[] {
  const now = snapshotResources();
  const leaks: string[] = [];
  for (const [key, description] of now.children) {
    if (!before.children.has(key)) leaks.push(description);
  }
  for (const [fd, target] of now.descriptors) {
    if (before.descriptors.get(fd) !== target) leaks.push(`open descriptor ${fd} -> ${target}`);
  }
  for (const [kind, count] of now.active) {
    const extra = count - (before.active.get(kind) ?? 0);
    if (extra > 0) leaks.push(`${extra} active ${kind}`);
  }
  return leaks;
}

/** Asks again until nothing is leaked, at most `graceMs`: closing a handle takes the event loop a few turns. */
export async function settled(findLeaks: () => string[], graceMs = 500): Promise<string[]> {
  const deadline = performance.now() + graceMs;
  let leaks = findLeaks();
  while (leaks.length > 0 && performance.now() < deadline) {
    await delay(POLL_MS);
    // The timer above counts as active until its turn is over.
    await nextTurn();
    leaks = findLeaks();
  }
  return leaks;
}

/** The pids of the children that are there now and were not there in `before`. */
export function leakedChildren(before: ResourceSnapshot): number[] {
  return [...snapshotResources().children.keys()]
    .filter((key) => !before.children.has(key))
    .map((key) => Number.parseInt(key, 10));
}

/**
 * libuv opens its signal pipe with the first signal watcher (SIGCHLD for the first child) and Node its standard streams
 * with their first use; both stay for good. Doing it up front keeps them out of the first test file's account.
 */
export function openLastingHandles(): void {
  const ignore = (): void => undefined;
  process.on('SIGWINCH', ignore);
  process.off('SIGWINCH', ignore);
  void process.stdout;
  void process.stderr;
}

function listChildren(): Map<string, string> {
  const children = new Map<string, string>();
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const stat = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (stat === null) continue;
    // The name may itself hold spaces and parentheses, so the fields are counted from the last one.
    const nameEnd = stat.lastIndexOf(')');
    const name = stat.slice(stat.indexOf('(') + 1, nameEnd);
    const fields = stat.slice(nameEnd + 2).split(' ');
    const [state, parent] = fields;
    if (Number(parent) !== process.pid) continue;
    const word = state === 'Z' ? 'zombie child' : 'live child';
    children.set(`${pid}@${fields[19] ?? ''}`, `${word} ${pid} (${name})`);
  }
  return children;
}

function listDescriptors(): Map<number, string> {
  const descriptors = new Map<number, string>();
  for (const fd of readdirSync('/proc/self/fd')) {
    // The descriptor of this very listing is closed by now, so its link is gone.
    const target = unlessGone(() => readlinkSync(`/proc/self/fd/${fd}`));
    if (target !== null) descriptors.set(Number(fd), target);
  }
  return descriptors;
}

function countActive(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

function unlessGone(read: () => string): string | null {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}
