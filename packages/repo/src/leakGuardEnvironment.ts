import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';
import {
  leakedChildren,
  openLastingHandles,
  settled,
  leaksSince,
  snapshotResources,
  type ResourceSnapshot,
} from './resources.js';
import { StartThreads } from './startThreads.js';
import { TimerLedger } from './timerLedger.js';

/**
 * Fails a test file that leaves a child process, a descriptor, a timer or a handle behind.
 *
 * It is an environment and not an `afterAll` of a setup file because Jest runs such a hook before the `afterAll` hooks
 * of the test file, which are the ones that clean up.
 */
export default class LeakGuardEnvironment extends TestEnvironment {
  #before: ResourceSnapshot | null = null;
  #timers: TimerLedger | null = null;
  readonly #startThreads = new StartThreads();

  override async setup(): Promise<void> {
    await super.setup();
    this.#timers = new TimerLedger(this.global);
    openLastingHandles();
    // Jest's fake timers try out the real ones when they are made; those must not count as there before.
    await delay(1);
    await nextTurn();
    this.#before = snapshotResources();
  }

  async handleTestEvent(event: Circus.AsyncEvent | Circus.SyncEvent, state: Circus.State): Promise<void> {
    const before = this.#before;
    if (event.name !== 'run_finish' || before === null) return;
    await this.#startThreads.end();
    const leaks = await settled(() => [...(this.#timers?.active() ?? []), ...leaksSince(before)]);
    if (leaks.length === 0) return;
    const error = new Error(`This test file leaks:\n${leaks.map((leak) => `  - ${leak}`).join('\n')}`);
    // No code of ours is on the stack at this point: the frames would only hide the list.
    error.stack = error.message;
    state.unhandledErrors.push(error);
    // Otherwise the leaked child keeps the test run from ending.
    for (const pid of leakedChildren(before)) process.kill(pid, 'SIGKILL');
  }
}
