/**
 * The turns in which a fake delivers.
 *
 * 1. Every task runs on a turn of its own, after the promise jobs of the task before it.
 * 2. Tasks of one channel run in the order in which they were posted.
 * 3. Without a seed, tasks of different channels run in that order too. With a seed, each turn draws a channel at random,
 *    as a kernel may deliver stdout, stderr and the exit of a child in any mutual order.
 */
import { setImmediate as importedSetImmediate } from 'node:timers';
import { Random } from './random.js';
import { DrawnTasks, OrderedTasks, type Channel, type Task, type Tasks } from './tasks.js';

export type { Channel } from './tasks.js';

/** Read once, when the module is loaded: a test runner that fakes timers later does not stop the fakes. */
const onNextTurn = importedSetImmediate;

/** After so many turns in a row without a task, the scheduler is idle. */
const QUIET_TURNS = 3;

/** Runs the deliveries of fakes, one in each turn of the event loop. */
export class Scheduler {
  readonly #tasks: Tasks;
  #pumping = false;

  /** @param seed - Makes the scheduler draw channels at random. Default: tasks run in the order in which they were posted. */
  constructor(seed?: number) {
    this.#tasks = seed === undefined ? new OrderedTasks() : new DrawnTasks(new Random(seed));
  }

  /** Runs a task in a later turn, after the tasks of its channel that were posted before. */
  post(channel: Channel, task: Task): void {
    this.#tasks.add(channel, task);
    this.#pump();
  }

  /** Resolves when no task is left, and none was posted for some turns. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
      await nextTurn();
      if (this.#tasks.size > 0) {
        quiet = -1;
      }
    }
  }

  #pump(): void {
    if (this.#pumping) {
      return;
    }
    this.#pumping = true;
    onNextTurn(() => {
      this.#pumping = false;
      const task = this.#tasks.take();
      if (this.#tasks.size > 0) {
        this.#pump();
      }
      task?.();
    });
  }
}

/** Resolves in the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    onNextTurn(resolve);
  });
}
