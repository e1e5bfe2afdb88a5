/**
 * What this kernel can do; on Linux found out by trying, once: a sandbox may forbid what the version promises.
 *
 * A try that failed for another reason than "unknown" or "forbidden" (too few descriptors) says nothing and is repeated.
 */
import { EINVAL, ENOSYS, EPERM, ESRCH } from '../native/constants.js';
import { byPidfd, look } from './exitStatus.js';
import { native, type LinuxCalls } from '../native/ffi.js';

/** Linux 6.9: the signal goes to the process group that the pidfd's process leads, or led. */
export const PIDFD_SIGNAL_PROCESS_GROUP: number = 4;

/** What was found. */
export interface KernelFeatures {
  /** Whether this is the last word; otherwise asking again may tell more. */
  readonly settled: boolean;
  /** The calls that make, wait for and signal a pidfd; `null` if one of them does not work. */
  readonly pidfds: LinuxCalls | null;
  /** A signal to a pidfd can reach a group, also after its leader was reaped. */
  readonly pidfdGroup: boolean;
}

const NOTHING: KernelFeatures = { settled: true, pidfds: null, pidfdGroup: false };

let found: KernelFeatures | null = null;

/** Returns the features; asks the kernel at the first call. */
export function kernelFeatures(): KernelFeatures {
  return found ?? findOut();
}

function findOut(): KernelFeatures {
  const { system } = native();
  if (system.platform === 'darwin') {
    found = NOTHING;
    return found;
  }
  const pidfd = system.pidfdOpen(process.pid, 0);
  if (pidfd < 0) {
    const errno = native().errno();
    if (errno === ENOSYS || errno === EPERM || errno === EINVAL) {
      found = NOTHING;
      return found;
    }
    return { ...NOTHING, settled: false };
  }
  found = tryOut(system, pidfd) ? { settled: true, pidfds: system, pidfdGroup: reachesGroups(system, pidfd) } : NOTHING;
  native().close(pidfd);
  return found;
}

function tryOut(calls: LinuxCalls, pidfd: number): boolean {
  // We are no child of ours: a kernel that knows P_PIDFD says so.
  return look(calls, byPidfd(pidfd)) === 'stolen' && calls.pidfdSendSignal(pidfd, 0, 0) === 0;
}

function reachesGroups(calls: LinuxCalls, pidfd: number): boolean {
  return calls.pidfdSendSignal(pidfd, 0, PIDFD_SIGNAL_PROCESS_GROUP) === 0 || native().errno() === ESRCH;
}
