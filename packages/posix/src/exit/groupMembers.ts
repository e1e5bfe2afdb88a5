/**
 * Who is left in a process group, read from `/proc`: the kernel tells only whether a group has members, and an unreaped leader
 * is one.
 *
 * 1. A process that has ended and is not reaped is a member that nothing reaches. An orphan may stay so for long: in a container
 *    the first process is often none that reaps.
 * 2. A member may start another one and end while we read. So if anything ended meanwhile we read again, a few times.
 * 3. While nothing can be read for lack of a descriptor every group is taken to have members; without `/proc` none has.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { systemErrorCode } from '@subwire/transport';

const MAX_READS = 3;

/** Whether a group has members that run, only such that have ended, or none. */
export type Membership = 'running' | 'ended' | 'none';

/** By group; whoever is not there has no members. */
type Groups = Map<number, Membership>;

/** The members of all groups, as of one moment. */
export class GroupMembers {
  #groups: Groups | 'unknown' | null = null;

  /** Whether nothing could be read just now. */
  get unknown(): boolean {
    return this.#groups === 'unknown';
  }

  /** Returns who is in a group; reads `/proc` at the first call. */
  of(group: number): Membership {
    this.#groups ??= readGroups();
    return this.#groups === 'unknown' ? 'running' : (this.#groups.get(group) ?? 'none');
  }
}

function readGroups(): Groups | 'unknown' {
  const groups: Groups = new Map();
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
function addGroup(groups: Groups, pid: string): boolean {
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
  const number = Number(group);
  if (state !== 'Z' && state !== 'X') {
    groups.set(number, 'running');
  } else if (!groups.has(number)) {
    groups.set(number, 'ended');
  }
  return true;
}
