/**
 * What `waitid` says about one child.
 *
 * Only ids that we own are ever waited for: `waitpid(-1)` would steal the status of somebody else's child.
 */
import { ECHILD, EINTR } from './constants.js';
import { native } from './ffi.js';

export const P_PID: number = 1;
export const P_PIDFD: number = 3;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;

const CLD_EXITED = 1;

/** The return code of a child whose status somebody else took, as in asyncio. */
export const UNKNOWN_RETURNCODE: number = 255;

/** `siginfo_t`: `si_code`, `si_pid` and `si_status` are the words 2, 4 and 6. */
const info = new Int32Array(32);

/** The outcome of one look: a return code, still running, or not our child any more. */
export type ExitStatus = number | 'running' | 'stolen';

/** Takes the status of an ended child; after that its pid may belong to a stranger. */
export function reap(idType: number, id: number): ExitStatus {
  return look(idType, id, WEXITED | WNOHANG);
}

/** Looks without taking anything: whether this id is a child of ours, ended or not. */
export function isOurChild(idType: number, id: number): boolean {
  return look(idType, id, WEXITED | WNOHANG | WNOWAIT) !== 'stolen';
}

function look(idType: number, id: number, options: number): ExitStatus {
  const c = native();
  // Without an event `waitid` succeeds and leaves the pid alone.
  info[4] = 0;
  while (c.waitid(idType, id, info, options) !== 0) {
    const errno = c.errno();
    if (errno !== EINTR) {
      return errno === ECHILD ? 'stolen' : 'running';
    }
  }
  if (info[4] === 0) {
    return 'running';
  }
  const status = info[6] ?? 0;
  return info[2] === CLD_EXITED ? status : -status;
}
