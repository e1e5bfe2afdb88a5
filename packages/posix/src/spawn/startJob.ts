import type { SpawnCall } from './posixSpawn.js';
import type { StartThread } from './startThread.js';

/** A call to make, and who wants to know. */
export interface StartJob {
  readonly call: Pick<SpawnCall, 'addresses' | 'pid' | 'make' | 'finish'>;
  /** The program and the directory: what a call may be stuck at. */
  readonly what: string;
  /**
   * Called once, later.
   * @param errno - 0 if there is a child.
   * @param thread - Which lives as long as the child, `null` if that is the main thread.
   */
  onReturned(errno: number, pid: number, thread: StartThread | null): void;
}
