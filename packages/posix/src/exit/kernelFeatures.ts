/**
 * What this kernel can do; on Linux found out by trying, once: a sandbox may forbid what the version promises.
 *
 * A try that failed for another reason than "unknown" or "forbidden" (too few descriptors) says nothing and is repeated.
 */
import { EINVAL, ENOSYS, EPERM } from '../native/constants.js';
import { isOurChild } from './exitStatus.js';
import { native, type LinuxCalls } from '../native/ffi.js';

/** Linux 6.9: the signal goes to the process group that the pidfd's process leads. */
export const PIDFD_SIGNAL_PROCESS_GROUP: number = 4;

interface Features {
  /** The calls that make, wait for and signal a pidfd; `null` if one of them does not work. */
  readonly pidfds: LinuxCalls | null;
  /** A signal to a pidfd can reach a group. */
  readonly pidfdGroup: boolean;
  /** The poller tells of the end of a process. */
  readonly processEvents: boolean;
}

const NOTHING: Features = { pidfds: null, pidfdGroup: false, processEvents: false };

let found: Features | null = null;

/** Returns the features; asks the kernel at the first call. */
export function kernelFeatures(): Features {
  return found ?? findOut();
}

function findOut(): Features {
  const { system } = native();
  if (system.platform === 'darwin') {
    found = { ...NOTHING, processEvents: true };
    return found;
  }
  const pidfd = system.pidfdOpen(process.pid, 0);
  if (pidfd < 0) {
    const errno = native().errno();
    if (errno === ENOSYS || errno === EPERM || errno === EINVAL) {
      found = NOTHING;
    }
    return NOTHING;
  }
  found = tryOut(system, pidfd) ? { ...NOTHING, pidfds: system, pidfdGroup: reachesGroups(system, pidfd) } : NOTHING;
  native().close(pidfd);
  return found;
}

function tryOut(calls: LinuxCalls, pidfd: number): boolean {
  // We are no child of ours: a kernel that knows P_PIDFD says so.
  return !isOurChild(calls, pidfd) && calls.pidfdSendSignal(pidfd, 0, 0) === 0;
}

function reachesGroups(calls: LinuxCalls, pidfd: number): boolean {
  return calls.pidfdSendSignal(pidfd, 0, PIDFD_SIGNAL_PROCESS_GROUP) === 0;
}
