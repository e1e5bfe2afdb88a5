/**
 * The groups that are kept reachable after the end of their leader, and until when.
 *
 * | state  | leader ends, members run | leader ends alone | signal                        | check: no members | owner collected |
 * | ------ | ------------------------ | ----------------- | ----------------------------- | ----------------- | --------------- |
 * | led    | kept                     | empty             | to the group                  | -                 | -               |
 * | kept   | -                        | -                 | to the group; `ESRCH`: empty  | empty             | empty           |
 * | empty  | -                        | -                 | `ESRCH`                       | -                 | -               |
 *
 * 1. A kept group costs a descriptor or a zombie (`endedGroup.ts`). It ends with the last member, or when nobody can ask any
 *    more: the garbage collector has taken the handle of the child. Then what it cost is given back.
 * 2. Nothing tells of the end of a group, so it is looked at: after 100 ms, then after twice as long each time, up to 5 s.
 *    All groups are looked at together. A look for which there was no descriptor is repeated after 100 ms.
 * 3. The timer does not keep the process alive.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import type { EndedGroup } from './endedGroup.js';
import { GroupMembers } from './groupMembers.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

const kept = new Set<EndedGroup>();
let timer: NodeJS.Timeout | null = null;

const owners = new FinalizationRegistry<EndedGroup>((group) => {
  endGroup(group);
});

/**
 * Keeps a group for as long as it has members and its owner is there.
 * @param owner - Nothing that the group refers to may refer to it.
 */
export function keepGroup(group: EndedGroup, owner: object): void {
  kept.add(group);
  owners.register(owner, group, group);
  checkAfter(FIRST_PAUSE_MS);
}

/** Ends the keeping. */
export function endGroup(group: EndedGroup): void {
  if (!kept.delete(group)) {
    return;
  }
  owners.unregister(group);
  group.close();
  if (kept.size === 0 && timer !== null) {
    clearTimeout(timer);
    timer = null;
  }
}

function checkAfter(pauseMs: number): void {
  if (timer !== null) {
    clearTimeout(timer);
  }
  timer = setTimeout(() => {
    timer = null;
    const members = new GroupMembers();
    for (const group of kept) {
      if (!group.hasMembers(members)) {
        endGroup(group);
      }
    }
    if (kept.size > 0) {
      checkAfter(members.unknown ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS));
    }
  }, pauseMs).unref();
}
