/**
 * A child known by a pidfd.
 *
 * 1. A pidfd is readable once the child has ended.
 * 2. It means this very process for ever, so no signal to it can reach a stranger.
 * 3. Where a group cannot be signalled by it, the group's number is used while the child is not reaped: until then the
 *    number cannot be another's.
 */
import { ESRCH } from '../native/constants.js';
import { byPidfd, look, reap, type ExitStatus } from './exitStatus.js';
import { kernelFeatures, PIDFD_SIGNAL_PROCESS_GROUP } from './kernelFeatures.js';
import { LOWEST_OWN_FD, moveUp } from '../native/descriptors.js';
import { native, type LinuxCalls } from '../native/ffi.js';
import { poller, READABLE, type Holder, type PollSlot, type PollTarget } from '../loop/poller.js';
import type { EndListener, ChildWatch } from './childWatch.js';
import { PidfdGroup, UnreapedGroup, type EndedGroup } from './endedGroup.js';
import { GroupMembers } from './groupMembers.js';

/** Watches one child by its pidfd. */
export class PidfdWatch implements ChildWatch, PollTarget {
  readonly #calls: LinuxCalls;
  readonly #pid: number;
  readonly #listener: EndListener;
  readonly #slot: PollSlot;
  /** -1 when the group has taken it over. */
  #pidfd: number;

  /** Returns `null` where there are no pidfds, and if no descriptor is free or the system refuses to watch it. */
  static open(pid: number, listener: EndListener, holder: Holder): PidfdWatch | null {
    const calls = kernelFeatures().pidfds;
    const opened = calls?.pidfdOpen(pid, 0) ?? -1;
    if (calls === null || opened < 0) {
      return null;
    }
    let pidfd = opened;
    // Should a thief have reaped the child already, then the number may be a stranger's.
    if (look(calls, byPidfd(pidfd)) !== 'stolen') {
      try {
        pidfd = moveUp(opened, LOWEST_OWN_FD);
        return new PidfdWatch(calls, pid, pidfd, listener, holder);
      } catch (refused) {
        void refused;
      }
    }
    native().close(pidfd);
    return null;
  }

  private constructor(calls: LinuxCalls, pid: number, pidfd: number, listener: EndListener, holder: Holder) {
    this.#calls = calls;
    this.#pid = pid;
    this.#pidfd = pidfd;
    this.#listener = listener;
    this.#slot = poller().add(pidfd, READABLE, this, holder);
  }

  onReady(): void {
    this.#listener.mayHaveEnded();
  }

  reap(): ExitStatus {
    return reap(this.#calls, byPidfd(this.#pidfd));
  }

  statusOfLeader(): ExitStatus {
    return kernelFeatures().pidfdGroup ? this.reap() : look(this.#calls, byPidfd(this.#pidfd));
  }

  endGroup(): EndedGroup | null {
    if (!kernelFeatures().pidfdGroup) {
      return endUnreapedGroup(this.#calls, this.#pid);
    }
    const group = new PidfdGroup(this.#calls, this.#pid, this.#pidfd);
    if (!group.hasMembers(new GroupMembers())) {
      return null;
    }
    poller().remove(this.#slot);
    this.#pidfd = -1;
    return group;
  }

  signal(number: number, scope: 'process' | 'group'): number {
    const calls = this.#calls;
    if (scope === 'process') {
      return calls.pidfdSendSignal(this.#pidfd, number, 0) === 0 ? 0 : native().errno();
    }
    if (kernelFeatures().pidfdGroup) {
      return this.#signalGroup(number);
    }
    if (look(calls, byPidfd(this.#pidfd)) === 'stolen') {
      return ESRCH;
    }
    return native().kill(-this.#pid, number) === 0 ? 0 : native().errno();
  }

  close(): void {
    if (this.#pidfd >= 0) {
      poller().remove(this.#slot);
      native().close(this.#pidfd);
    }
  }

  #signalGroup(number: number): number {
    const result = this.#calls.pidfdSendSignal(this.#pidfd, number, PIDFD_SIGNAL_PROCESS_GROUP);
    return result === 0 ? 0 : native().errno();
  }
}

/** Returns the group of a leader that has ended and is not reaped; reaps it if there are no other members. */
export function endUnreapedGroup(calls: LinuxCalls, pid: number): EndedGroup | null {
  const group = new UnreapedGroup(calls, pid);
  if (group.hasMembers(new GroupMembers())) {
    return group;
  }
  group.close();
  return null;
}
