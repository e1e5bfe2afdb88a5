/**
 * What the system says about one child, asked by its number or by its pidfd.
 *
 * 1. Only ids that we own are ever waited for: `waitpid(-1)` would steal the status of somebody else's child.
 * 2. By number it is `waitpid`, on macOS too: `waitid` there tells of children that were only stopped (golang/go#19314),
 *    and not which signal ended a child (dotnet/corefx#29407).
 */
import { ECHILD, EINTR } from '../native/constants.js';
import { native, type LinuxCalls } from '../native/ffi.js';

const P_PIDFD = 3;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;

const CLD_EXITED = 1;

/** The return code of a child whose status somebody else took, as in asyncio. */
export const UNKNOWN_RETURNCODE: number = 255;

/** The outcome of one look: a return code, still running, or not our child any more. */
export type ExitStatus = number | 'running' | 'stolen';

const status = new Int32Array(1);

/** Takes the status of an ended child; after that its number may belong to a stranger. */
export function reapByNumber(pid: number): ExitStatus {
  const c = native();
  for (;;) {
    const result = c.waitpid(pid, status, WNOHANG);
    if (result >= 0) {
      return result === 0 ? 'running' : returncodeOf(status[0] ?? 0);
    }
    const errno = c.errno();
    if (errno !== EINTR) {
      return errno === ECHILD ? 'stolen' : 'running';
    }
  }
}

/** Returns the return code in the status of `waitpid`: the low 7 bits are the signal, the next byte what was returned. */
function returncodeOf(waitStatus: number): number {
  const signal = waitStatus & 0x7f;
  return signal === 0 ? (waitStatus >> 8) & 0xff : -signal;
}

/** The same by a pidfd. */
export function reapByPidfd(calls: LinuxCalls, pidfd: number): ExitStatus {
  return waitWithPidfd(calls, pidfd, WEXITED | WNOHANG);
}

/** Looks without taking anything: whether this is a child of ours, ended or not. */
export function isOurChild(calls: LinuxCalls, pidfd: number): boolean {
  return waitWithPidfd(calls, pidfd, WEXITED | WNOHANG | WNOWAIT) !== 'stolen';
}

/** `siginfo_t`: `si_code`, `si_pid` and `si_status` are the words 2, 4 and 6. */
const info = new Int32Array(32);

function waitWithPidfd(calls: LinuxCalls, pidfd: number, options: number): ExitStatus {
  // Without an event `waitid` succeeds and leaves the pid alone.
  info[4] = 0;
  while (calls.waitid(P_PIDFD, pidfd, info, options) !== 0) {
    const errno = native().errno();
    if (errno !== EINTR) {
      return errno === ECHILD ? 'stolen' : 'running';
    }
  }
  if (info[4] === 0) {
    return 'running';
  }
  const value = info[6] ?? 0;
  return info[2] === CLD_EXITED ? value : -value;
}
