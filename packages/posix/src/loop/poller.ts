/**
 * Readiness of descriptors, on the loop of this Node process.
 *
 * | state  | `enter()`, `add()`  | the last `leave()`, `remove()` | time is up            |
 * | ------ | ------------------- | ------------------------------ | --------------------- |
 * | closed | opens the queue; open | -                            | -                     |
 * | open   | -                   | idle                           | -                     |
 * | idle   | open                | -                              | closes the queue; closed |
 *
 * 1. All descriptors live in one queue of the kernel that is ours, and that queue is the one descriptor that libuv's loop
 *    watches. So there is one libuv handle in all, whatever comes and goes, and no handle memory can be freed too early.
 * 2. The callback that libuv calls through koffi runs no code of anybody's: it schedules `#dispatch`. koffi would swallow
 *    an exception thrown in it, and what it calls is not one of Node's callback scopes. The immediate runs right after, in
 *    the same turn of the loop, on an ordinary stack: throws, `process.exit()` and microtasks are what they always are.
 * 3. An event carries the number of a slot and of the slot's use: what was removed while a batch is delivered gets
 *    nothing any more, also if its descriptor or its slot is in use again.
 * 4. The libuv handle is ref'ed exactly while there is a holder: an unref'ed child needs the queue and holds nothing.
 * 5. Polling is level-triggered. A descriptor that was ready alone is likely to be the next one too: a speculative read
 *    comes first then, which saves a system call per event. A few times in a row only, so that the others are not kept
 *    waiting; whatever they have is reported again.
 * 6. After a while in which nobody needed it the queue is closed; the handle's memory is freed in libuv's close callback.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers';
import { EpollQueue } from './epollQueue.js';
import type { EventQueue, PollSlot } from './eventQueue.js';
import { native } from '../native/ffi.js';
import { KqueueQueue } from './kqueueQueue.js';
import { UvPollHandle } from './uvPollHandle.js';

export { BROKEN, ENDED, HUNG_UP, READABLE, WRITABLE } from './eventQueue.js';
export type { PollSlot } from './eventQueue.js';

/** Takes the events of one descriptor. */
export interface PollTarget {
  /** Called on a stack of its own with the set of events. */
  onReady(events: number): void;
  /**
   * Does the same without knowing whether there is anything to do.
   * @returns whether there was.
   */
  tryNow?(): boolean;
}

/** Says whether the process is to be kept alive for something. */
export interface Holder {
  hold(): void;
  release(): void;
}

/** Tries in a row of what was ready alone, before all are asked again. */
const MAX_TRIES = 3;
const IDLE_MS = 20;

/** The selector; there is one, `poller()`. */
export class Poller implements Holder {
  readonly #queue: EventQueue = newQueue();
  /** By slot. */
  readonly #targets: (PollTarget | null)[] = [];
  readonly #slotHolders: Holder[] = [];
  readonly #ids: number[] = [];
  readonly #uses: number[] = [];
  readonly #free: PollSlot[] = [];
  #loop: UvPollHandle | null = null;
  /** Registrations, and others that need the queue. */
  #users = 0;
  #holders = 0;
  #scheduled = false;
  /** The slot that was ready alone, -1 if there is none, and how often it was tried since. */
  #likely: PollSlot = -1;
  #tries = 0;
  #idleSince = 0;
  #idleTimer: NodeJS.Timeout | null = null;
  readonly #dispatchLater = (): void => {
    this.#dispatch();
  };

  /**
   * Registers a descriptor, once; with `ENDED` a process by its number.
   * @param holder - Counts the registration among those that keep the process alive. Default: it does.
   * @throws the system's error.
   */
  add(id: number, events: number, target: PollTarget, holder: Holder = this): PollSlot {
    this.enter();
    const slot = this.#free.pop() ?? this.#targets.length;
    const use = ((this.#uses[slot] ?? 0) + 1) | 0;
    this.#uses[slot] = use;
    try {
      this.#queue.add(id, slot, use, events);
    } catch (thrown) {
      this.#free.push(slot);
      this.#targets[slot] = null;
      this.leave();
      throw thrown;
    }
    this.#targets[slot] = target;
    this.#ids[slot] = id;
    this.#slotHolders[slot] = holder;
    holder.hold();
    return slot;
  }

  /**
   * Changes what is waited for.
   * @throws the system's error.
   */
  modify(slot: PollSlot, events: number): void {
    this.#queue.modify(this.#ids[slot] ?? -1, slot, this.#uses[slot] ?? 0, events);
  }

  /** Ends a registration; a descriptor must still be open. */
  remove(slot: PollSlot): void {
    if (this.#loop === null || this.#targets[slot] === null) {
      return;
    }
    this.#targets[slot] = null;
    this.#free.push(slot);
    this.#queue.remove(this.#ids[slot] ?? -1, slot);
    this.#slotHolders[slot]?.release();
    // An ended child is not to be kept until its slot is used again.
    this.#slotHolders[slot] = this;
    this.leave();
  }

  /**
   * Keeps the queue open until `leave()`.
   * @throws the system's error if it cannot be opened.
   */
  enter(): void {
    this.#loop ??= this.#watchQueue();
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users === 0) {
      this.#idleSince = performance.now();
      if (this.#idleTimer === null) {
        this.#closeLater(IDLE_MS);
      }
    }
  }

  /** Keeps the process alive until `release()`, while the queue is open. */
  hold(): void {
    this.#holders += 1;
    if (this.#holders === 1) {
      this.#loop?.keepAlive(true);
    }
  }

  /** Takes a `hold()` back. */
  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) {
      this.#loop?.keepAlive(false);
    }
  }

  #watchQueue(): UvPollHandle {
    const fd = this.#queue.open();
    try {
      const handle = new UvPollHandle(fd, () => {
        if (!this.#scheduled) {
          this.#scheduled = true;
          setImmediate(this.#dispatchLater);
        }
      });
      handle.keepAlive(this.#holders > 0);
      return handle;
    } catch (thrown) {
      this.#queue.close();
      throw thrown;
    }
  }

  #dispatch(): void {
    this.#scheduled = false;
    if (this.#loop === null) {
      return;
    }
    if (this.#tryLikely()) {
      return;
    }
    const queue = this.#queue;
    const count = queue.wait();
    this.#likely = count === 1 ? queue.slotAt(0) : -1;
    for (let index = 0; index < count; index += 1) {
      const slot = queue.slotAt(index);
      if (this.#uses[slot] === queue.useAt(index)) {
        this.#deliver(this.#targets[slot] ?? null, queue.eventsAt(index));
      }
    }
  }

  /** Returns whether the descriptor that is likely to be ready was. */
  #tryLikely(): boolean {
    const target = this.#targets[this.#likely];
    if (target?.tryNow === undefined || this.#tries === MAX_TRIES) {
      this.#tries = 0;
      return false;
    }
    this.#tries += 1;
    try {
      return target.tryNow();
    } catch (thrown) {
      this.#throwLater(thrown);
      return true;
    }
  }

  /** Receivers do not throw; should one, then neither the others nor the error may be lost. */
  #deliver(target: PollTarget | null, events: number): void {
    try {
      target?.onReady(events);
    } catch (thrown) {
      this.#throwLater(thrown);
    }
  }

  #throwLater(thrown: unknown): void {
    setImmediate(() => {
      throw thrown;
    });
  }

  #closeLater(delayMs: number): void {
    this.#idleTimer = setTimeout(() => {
      this.#closeIfIdle();
    }, delayMs).unref();
  }

  #closeIfIdle(): void {
    this.#idleTimer = null;
    if (this.#users > 0 || this.#loop === null) {
      return;
    }
    const restMs = this.#idleSince + IDLE_MS - performance.now();
    if (restMs > 1) {
      this.#closeLater(restMs);
      return;
    }
    this.#loop.close();
    this.#loop = null;
    this.#queue.close();
  }
}

function newQueue(): EventQueue {
  const c = native();
  return c.system.platform === 'darwin' ? new KqueueQueue(c, c.system) : new EpollQueue(c, c.system);
}

let shared: Poller | null = null;

/** Returns the selector of this process. */
export function poller(): Poller {
  shared ??= new Poller();
  return shared;
}
