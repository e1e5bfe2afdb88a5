import type { ExitStatus } from './exitStatus.js';
import type { EndedGroup } from './endedGroup.js';

/** A child that nobody has reaped, as the system knows it. It tells its listener when there may be something to reap. */
export interface ChildWatch {
  /** Reaps the child if it has ended. */
  reap(): ExitStatus;
  /**
   * Asks for the status of the leader of a group, if it has ended. It is left unreaped where its number is needed to reach the
   * group; `endGroup()` reaps it then, sooner or later.
   */
  statusOfLeader(): ExitStatus;
  /**
   * Called once, after `statusOfLeader()` told of the end, before `close()`.
   * @returns what reaches the members that are left, `null` if there are none.
   */
  endGroup(): EndedGroup | null;
  /**
   * Sends a signal.
   * @returns 0, or the errno: `ESRCH` if there is nobody to receive it.
   */
  signal(number: number, scope: 'process' | 'group'): number;
  /**
   * Looks for a better way to watch a child that is still running.
   * @returns `null` if there is none; otherwise this watch is closed.
   */
  improve?(): ChildWatch | null;
  /** The end is known, or another watch is used: nothing is watched any more. */
  close(): void;
}

/** Is told that a child may have ended, never from inside a constructor. */
export interface EndListener {
  mayHaveEnded(): void;
}
