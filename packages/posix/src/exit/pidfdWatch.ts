/**
 * A child known by a pidfd.
 *
 * 1. A pidfd is readable once the child has ended.
 * 2. It means this very process for ever, so no signal to it can reach a stranger.
 * 3. Where a group cannot be signalled by it, the group's number is used while the child is not reaped: until then the
 *    number cannot be another's.
 */
import { ESRCH } from '../native/constants.js';
import { isOurChild, reapByPidfd, type ExitStatus } from './exitStatus.js';
import { kernelFeatures, PIDFD_SIGNAL_PROCESS_GROUP } from './kernelFeatures.js';
import { native, type LinuxCalls } from '../native/ffi.js';
import { poller, READABLE, type PollSlot, type PollTarget } from '../loop/poller.js';
import type { EndListener, ChildWatch } from './childWatch.js';

/** Watches one child by its pidfd. */
export class PidfdWatch implements ChildWatch, PollTarget {
  readonly #calls: LinuxCalls;
  readonly #pid: number;
  readonly #pidfd: number;
  readonly #listener: EndListener;
  readonly #slot: PollSlot;

  /** Returns `null` where there are no pidfds, and if no descriptor is free. */
  static open(pid: number, listener: EndListener): PidfdWatch | null {
    const calls = kernelFeatures().pidfds;
    const pidfd = calls?.pidfdOpen(pid, 0) ?? -1;
    if (calls === null || pidfd < 0) {
      return null;
    }
    // Should a thief have reaped the child already, then the number may be a stranger's.
    if (isOurChild(calls, pidfd)) {
      try {
        return new PidfdWatch(calls, pid, pidfd, listener);
      } catch (thrown) {
        void thrown;
      }
    }
    native().close(pidfd);
    return null;
  }

  private constructor(calls: LinuxCalls, pid: number, pidfd: number, listener: EndListener) {
    this.#calls = calls;
    this.#pid = pid;
    this.#pidfd = pidfd;
    this.#listener = listener;
    this.#slot = poller().add(pidfd, READABLE, this);
  }

  onReady(): void {
    this.#listener.mayHaveEnded();
  }

  reap(): ExitStatus {
    return reapByPidfd(this.#calls, this.#pidfd);
  }

  signal(number: number, scope: 'process' | 'group'): number {
    const calls = this.#calls;
    let result: number;
    if (scope === 'process') {
      result = calls.pidfdSendSignal(this.#pidfd, number, 0);
    } else if (kernelFeatures().pidfdGroup) {
      result = calls.pidfdSendSignal(this.#pidfd, number, PIDFD_SIGNAL_PROCESS_GROUP);
    } else if (isOurChild(calls, this.#pidfd)) {
      result = native().kill(-this.#pid, number);
    } else {
      return ESRCH;
    }
    return result === 0 ? 0 : native().errno();
  }

  close(): void {
    poller().remove(this.#slot);
    native().close(this.#pidfd);
  }
}
