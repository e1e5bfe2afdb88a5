/**
 * What the system says about one child, asked by its number or by its pidfd.
 *
 * 1. Only ids that we own are ever waited for: `waitpid(-1)` would steal the status of somebody else's child.
 * 2. On Linux it is the system call `waitid`, which has a fifth argument that the C library hides: what the child used. It can
 *    leave the child unreaped (`WNOWAIT`), and tells of a core dump.
 * 3. On macOS it is `wait4`: `waitid` there tells of children that were only stopped (golang/go#19314), and not which signal
 *    ended a child (dotnet/corefx#29407).
 */
import type { ChildExit } from '@subwire/transport';
import { ECHILD, EINTR } from '../native/constants.js';
import { native, type DarwinCalls, type LinuxCalls } from '../native/ffi.js';
import { usageFromWords, usageWords } from './resourceUsage.js';

/** How a child is named to `waitid`. */
export interface ChildId {
  readonly idType: number;
  readonly id: number;
}

const P_PID = 1;
const P_PIDFD = 3;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;

const CLD_EXITED = 1;
const CLD_DUMPED = 3;

/** The return code of a child whose status somebody else took, as in asyncio. */
export const UNKNOWN_RETURNCODE: number = 255;

/** The outcome of one look: how it ended, still running, or not our child any more. */
export type ExitStatus = ChildExit | 'running' | 'stolen';

export function byPid(pid: number): ChildId {
  return { idType: P_PID, id: pid };
}

export function byPidfd(pidfd: number): ChildId {
  return { idType: P_PIDFD, id: pidfd };
}

/** Reaps an ended child; after that its number may belong to a stranger. */
export function reap(calls: LinuxCalls, child: ChildId): ExitStatus {
  return wait(calls, child, WEXITED | WNOHANG);
}

/** Looks without reaping: the number stays the child's. */
export function look(calls: LinuxCalls, child: ChildId): ExitStatus {
  return wait(calls, child, WEXITED | WNOHANG | WNOWAIT);
}

/** `siginfo_t`: `si_code`, `si_pid` and `si_status` are the words 2, 4 and 6. */
const info = new Int32Array(32);

const KIB = 1024;

function wait(calls: LinuxCalls, { idType, id }: ChildId, options: number): ExitStatus {
  // Without an event `waitid` succeeds and leaves the pid alone.
  info[4] = 0;
  while (calls.waitid(idType, id, info, options, usageWords) !== 0) {
    const errno = native().errno();
    if (errno !== EINTR) {
      return errno === ECHILD ? 'stolen' : 'running';
    }
  }
  if (info[4] === 0) {
    return 'running';
  }
  const code = info[2] ?? 0;
  const value = info[6] ?? 0;
  return {
    returncode: code === CLD_EXITED ? value : -value,
    resourceUsage: usageFromWords(KIB),
    coreDumped: code === CLD_DUMPED,
  };
}

const status = new Int32Array(1);

/** The same as `reap()` on macOS. */
export function reapOnMac(calls: DarwinCalls, pid: number): ExitStatus {
  for (;;) {
    const result = calls.wait4(pid, status, WNOHANG, usageWords);
    if (result >= 0) {
      return result === 0 ? 'running' : endOf(status[0] ?? 0);
    }
    const errno = native().errno();
    if (errno !== EINTR) {
      return errno === ECHILD ? 'stolen' : 'running';
    }
  }
}

const CORE_FLAG = 0x80;

/** Reads the status of `wait4`: the low 7 bits are the signal, the next one tells of a core dump, the next byte is the code. */
function endOf(waitStatus: number): ChildExit {
  const signal = waitStatus & 0x7f;
  return {
    returncode: signal === 0 ? (waitStatus >> 8) & 0xff : -signal,
    resourceUsage: usageFromWords(1),
    coreDumped: (waitStatus & CORE_FLAG) !== 0,
  };
}
