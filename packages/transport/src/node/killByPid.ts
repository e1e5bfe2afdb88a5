import { SubprocessError, systemErrorCode } from '../contract/errors.js';

/**
 * Sends a signal to a process, or to a group by its negative number.
 *
 * @returns `false` if there is nobody of that number.
 * @throws {SubprocessError} if the system refuses.
 */
export function killByPid(pid: number | null, number: number): boolean {
  // 0, 1 and -1 are our own group, init, and everybody.
  if (pid === null || Math.abs(pid) <= 1) {
    return false;
  }
  try {
    return process.kill(pid, number);
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ESRCH') {
      return false;
    }
    throw killFailure(thrown);
  }
}

/** Returns the error of a signal that the system refuses. */
export function killFailure(cause: unknown): SubprocessError {
  return new SubprocessError(systemErrorCode(cause), 'the child cannot be signalled', { cause });
}
