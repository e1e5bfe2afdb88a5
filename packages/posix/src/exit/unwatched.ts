import { clearInterval, setInterval } from 'node:timers';
import { native } from '../native/ffi.js';
import { byPid, reap, reapOnMac, type ExitStatus } from './exitStatus.js';

const PAUSE_MS = 1;

/**
 * Kills a child that runs and cannot be watched, and reaps it.
 *
 * @param pid - A child of ours that nobody has waited for.
 * @param onReaped - Called once, later.
 */
export function endUnwatched(pid: number, onReaped: () => void): void {
  native().kill(pid, 9);
  const timer = setInterval(() => {
    if (statusOf(pid) !== 'running') {
      clearInterval(timer);
      onReaped();
    }
  }, PAUSE_MS);
}

function statusOf(pid: number): ExitStatus {
  const { system } = native();
  return system.platform === 'darwin' ? reapOnMac(system, pid) : reap(system, byPid(pid));
}
