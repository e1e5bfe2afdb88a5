import type { ExitStatus } from './exitStatus.js';

/** A child that nobody has reaped, as the system knows it. It tells its listener when there may be something to reap. */
export interface ChildWatch {
  /** Takes the status if the child has ended. */
  reap(): ExitStatus;
  /**
   * Sends a signal.
   * @returns 0, or the errno: `ESRCH` if there is nobody to receive it.
   */
  signal(number: number, scope: 'process' | 'group'): number;
  /** The status was taken: nothing is watched any more. */
  close(): void;
}

/** Is told that a child may have ended, never from inside a constructor. */
export interface EndListener {
  mayHaveEnded(): void;
}
