/**
 * Who is left in a process group, read from `/proc`: the kernel tells only whether a group has members, and an unreaped leader
 * is one.
 *
 * 1. A process that has ended and is not reaped is no member: a signal does nothing to it.
 * 2. A member may start another one and end while we read. So if anything ended meanwhile we read again, a few times.
 * 3. What cannot be read for lack of a descriptor is taken for a member; without `/proc` nobody is.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { systemErrorCode } from '@subwire/transport';

const MAX_READS = 3;

/** The groups that have members which run, as of one moment. */
export class GroupMembers {
  #groups: ReadonlySet<number> | 'unknown' | null = null;

  /** Whether somebody runs in a group; reads `/proc` at the first call. */
  has(group: number): boolean {
    this.#groups ??= runningGroups();
    return this.#groups === 'unknown' || this.#groups.has(group);
  }
}

function runningGroups(): ReadonlySet<number> | 'unknown' {
  const groups = new Set<number>();
  let missed = true;
  for (let reads = 0; missed && reads < MAX_READS; reads += 1) {
    missed = false;
    try {
      for (const name of readdirSync('/proc')) {
        if (/^\d+$/.test(name)) {
          missed = !addGroup(groups, name) || missed;
        }
      }
    } catch (thrown) {
      return systemErrorCode(thrown) === 'ENOENT' ? groups : 'unknown';
    }
  }
  return groups;
}

/** Returns whether the process could be read, ended or not. */
function addGroup(groups: Set<number>, pid: string): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (thrown) {
    const code = systemErrorCode(thrown);
    if (code === 'ENOENT' || code === 'ESRCH') {
      return false;
    }
    throw thrown;
  }
  // The name of the program stands in parentheses, and may have some of its own.
  const [state = '', , group = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state !== 'Z' && state !== 'X') {
    groups.add(Number(group));
  }
  return true;
}
