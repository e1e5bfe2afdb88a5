/**
 * What this kernel can do, found out by trying, once: a sandbox may forbid what the version promises.
 *
 * A try that failed for another reason than "unknown" or "forbidden" (too few descriptors) says nothing and is repeated.
 */
import { EINVAL, EPERM } from './constants.js';
import { isOurChild, P_PIDFD } from './exitStatus.js';
import { native } from './ffi.js';

/** Linux 6.9: the signal goes to the process group that the pidfd's process leads. */
export const PIDFD_SIGNAL_PROCESS_GROUP: number = 4;

const ENOSYS = 38;

interface Features {
  /** `pidfd_open`, `waitid(P_PIDFD)` and `pidfd_send_signal` work. */
  readonly pidfd: boolean;
  /** `pidfd_send_signal` reaches a group. */
  readonly pidfdGroup: boolean;
}

const NOTHING: Features = { pidfd: false, pidfdGroup: false };

let found: Features | null = null;

/** Returns the features; asks the kernel at the first call. */
export function features(): Features {
  if (found !== null) {
    return found;
  }
  const c = native();
  const pidfd = c.pidfdOpen(process.pid, 0);
  if (pidfd < 0) {
    const errno = c.errno();
    if (errno === ENOSYS || errno === EPERM || errno === EINVAL) {
      found = NOTHING;
    }
    return NOTHING;
  }
  try {
    // We are no child of ours: a kernel that knows P_PIDFD says so.
    const waits = !isOurChild(P_PIDFD, pidfd);
    const signals = c.pidfdSendSignal(pidfd, 0, 0) === 0;
    const usable = waits && signals;
    found = { pidfd: usable, pidfdGroup: usable && c.pidfdSendSignal(pidfd, 0, PIDFD_SIGNAL_PROCESS_GROUP) === 0 };
    return found;
  } finally {
    c.close(pidfd);
  }
}
