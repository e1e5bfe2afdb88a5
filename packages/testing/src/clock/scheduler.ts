/**
 * The turns in which a fake delivers.
 *
 * 1. Every task runs on a turn of its own, so what it sets off (promises, microtasks) is over before the next one.
 * 2. Tasks of one channel run in their order. Tasks of different channels do too, unless a seed is given: then the next
 *    channel is drawn, as a kernel may deliver stdout, stderr and the exit of a child in any mutual order.
 */
import { setImmediate as importedSetImmediate } from 'node:timers';
import { Random } from './random.js';

/** Taken once, at load: a runner that fakes the timers of a test must not stop the fakes. */
const onNextTurn = importedSetImmediate;

/** What tasks of one order belong to, for instance one pipe. */
export type Channel = object;

interface Task {
  readonly channel: Channel;
  readonly run: () => void;
}

/** How many turns in a row must bring nothing new for the queue to be called idle. */
const QUIET_TURNS = 3;

/** Runs the deliveries of fakes, one a turn. */
export class Scheduler {
  readonly #tasks: Task[] = [];
  readonly #random: Random | null;
  #pumping = false;

  /** @param seed - Shuffles the channels. Default: first come, first served. */
  constructor(seed?: number) {
    this.#random = seed === undefined ? null : new Random(seed);
  }

  /** Runs a task on a later turn, behind those of its channel. */
  post(channel: Channel, run: () => void): void {
    this.#tasks.push({ channel, run });
    this.#pump();
  }

  /** Resolves when nothing is left to deliver, and what was delivered has had its consequences. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
      await nextTurn();
      if (this.#tasks.length > 0) {
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
      const task = this.#take();
      if (this.#tasks.length > 0) {
        this.#pump();
      }
      task?.run();
    });
  }

  #take(): Task | undefined {
    const [first] = this.#tasks;
    if (first === undefined || this.#random === null) {
      return this.#tasks.shift();
    }
    const channels = [...new Set(this.#tasks.map((task) => task.channel))];
    const drawn = channels[this.#random.below(channels.length)] ?? first.channel;
    const index = this.#tasks.findIndex((task) => task.channel === drawn);
    return this.#tasks.splice(index, 1)[0];
  }
}

/** Resolves on the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    onNextTurn(resolve);
  });
}
