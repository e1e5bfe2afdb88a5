/** Tasks that wait for their turn, and the order in which they come out. */
import { Fifo } from '@subwire/transport';
import type { Random } from './random.js';

/** Identifies tasks that keep their order, for instance those of one pipe. */
export type Channel = object;

/** One delivery. */
export type Task = () => void;

/** A collection of waiting tasks. */
export interface Tasks {
  /** Number of tasks that wait. */
  readonly size: number;

  /** Adds a task, which comes out after the earlier ones of its channel. */
  add(channel: Channel, task: Task): void;

  /** Removes and returns the next task; `undefined` if there is none. */
  take(): Task | undefined;
}

/** Returns all tasks in the order in which they were added. */
export class OrderedTasks implements Tasks {
  readonly #tasks = new Fifo<Task>();

  get size(): number {
    return this.#tasks.length;
  }

  add(_channel: Channel, task: Task): void {
    this.#tasks.push(task);
  }

  take(): Task | undefined {
    return this.#tasks.shift();
  }
}

/** Draws a channel at random and returns its first task. */
export class DrawnTasks implements Tasks {
  readonly #random: Random;
  readonly #tasks = new Map<Channel, Fifo<Task>>();
  /** The keys of `#tasks`, to draw one by its index. */
  readonly #channels: Channel[] = [];
  #size = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#size;
  }

  add(channel: Channel, task: Task): void {
    let tasks = this.#tasks.get(channel);
    if (tasks === undefined) {
      tasks = new Fifo();
      this.#tasks.set(channel, tasks);
      this.#channels.push(channel);
    }
    tasks.push(task);
    this.#size += 1;
  }

  take(): Task | undefined {
    if (this.#size === 0) {
      return undefined;
    }
    const index = this.#random.below(this.#channels.length);
    const channel = this.#channels[index] ?? {};
    const tasks = this.#tasks.get(channel);
    const task = tasks?.shift();
    if (tasks?.length === 0) {
      this.#remove(channel, index);
    }
    this.#size -= 1;
    return task;
  }

  /** Removes a channel without tasks in constant time: the last channel takes its index. */
  #remove(channel: Channel, index: number): void {
    this.#tasks.delete(channel);
    const last = this.#channels.pop();
    if (last !== undefined && last !== channel) {
      this.#channels[index] = last;
    }
  }
}
