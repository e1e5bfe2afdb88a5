/**
 * Readiness of descriptors, on the loop of this Node process.
 *
 * 1. All descriptors live in one epoll instance of ours, and that instance is the one descriptor that libuv's loop
 *    watches. So there is one libuv handle in all, whatever comes and goes, and no handle memory can be freed too early.
 * 2. The callback that libuv calls through koffi runs no code of anybody's: it schedules `#dispatch`. koffi would swallow
 *    an exception thrown in it, and what it calls is not one of Node's callback scopes. The immediate runs right after, in
 *    the same turn of the loop, on an ordinary stack: throws, `process.exit()` and microtasks are what they always are.
 * 3. An event carries the number of a slot and of the slot's use: what was removed while a batch is delivered gets
 *    nothing any more, also if its descriptor or its slot is in use again.
 * 4. The libuv handle keeps the process alive exactly while something is registered (or `hold()` asks for it).
 * 5. A descriptor that was ready alone is likely to be the next one too: it is tried first, which saves a system call per
 *    event. A few times in a row only, so that the others are not kept waiting; whatever they have is reported again.
 * 6. After a while without anything registered everything is closed; its memory is freed in libuv's close callback.
 */
import { setImmediate } from 'node:timers';
import { EINTR } from './constants.js';
import { native, type Native } from './ffi.js';
import { LoopWatch } from './loopWatch.js';
import { systemError } from './systemErrors.js';

/** Bytes can be read, or the end. */
export const READABLE: number = 0x1;
/** Bytes can be written. */
export const WRITABLE: number = 0x4;
/** The other end of a pipe that we write is closed; always reported. */
export const BROKEN: number = 0x8;
/** The other end of a pipe that we read is closed, what is in it can still be read; always reported. */
export const HUNG_UP: number = 0x10;

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

/** A registration, to change or to end it. */
export type PollSlot = number;

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
/** Events per `epoll_wait`: what is left over is fetched in the next turn, after everybody else of this process. */
const BATCH = 256;
/** Tries in a row of what was ready alone, before all are asked again. */
const MAX_TRIES = 3;
const IDLE_MS = 20;

/** On x64 the kernel packs an event, elsewhere it is aligned: words per event, and where the two words of ours begin. */
const [EVENT_WORDS, DATA_WORD] = process.arch === 'x64' ? [3, 1] : [4, 2];

/** The selector; there is one, `poller()`. */
export class Poller {
  readonly #native: Native = native();
  readonly #events = new Int32Array(BATCH * EVENT_WORDS);
  readonly #event = new Int32Array(EVENT_WORDS);
  readonly #targets: (PollTarget | null)[] = [];
  readonly #fds: number[] = [];
  readonly #uses: number[] = [];
  readonly #free: PollSlot[] = [];
  #loop: LoopWatch | null = null;
  #registered = 0;
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
   * Registers a descriptor, once.
   * @throws the system's error.
   */
  add(fd: number, events: number, target: PollTarget): PollSlot {
    const loop = this.#open();
    const slot = this.#free.pop() ?? this.#targets.length;
    const use = ((this.#uses[slot] ?? 0) + 1) | 0;
    this.#uses[slot] = use;
    if (this.#control(loop, EPOLL_CTL_ADD, fd, slot, events) !== 0) {
      const errno = this.#native.errno();
      this.#free.push(slot);
      this.#targets[slot] = null;
      throw systemError('epoll_ctl', errno);
    }
    this.#targets[slot] = target;
    this.#fds[slot] = fd;
    this.hold();
    return slot;
  }

  /** Changes what is waited for. */
  modify(slot: PollSlot, events: number): void {
    const loop = this.#open();
    if (this.#control(loop, EPOLL_CTL_MOD, this.#fds[slot] ?? -1, slot, events) !== 0) {
      throw systemError('epoll_ctl', this.#native.errno());
    }
  }

  /** Ends a registration; the descriptor must still be open. */
  remove(slot: PollSlot): void {
    const fd = this.#fds[slot] ?? -1;
    if (this.#loop === null || this.#targets[slot] === null) {
      return;
    }
    this.#targets[slot] = null;
    this.#free.push(slot);
    this.#native.epollCtl(this.#loop.epfd, EPOLL_CTL_DEL, fd, null);
    this.release();
  }

  /** Keeps the process alive until `release()`. */
  hold(): void {
    const loop = this.#open();
    this.#registered += 1;
    if (this.#registered === 1) {
      loop.keepAlive(true);
    }
  }

  /** Takes a `hold()` back. */
  release(): void {
    this.#registered -= 1;
    if (this.#registered > 0 || this.#loop === null) {
      return;
    }
    this.#loop.keepAlive(false);
    this.#idleSince = performance.now();
    if (this.#idleTimer === null) {
      this.#closeLater(IDLE_MS);
    }
  }

  #control(loop: LoopWatch, operation: number, fd: number, slot: PollSlot, events: number): number {
    this.#event[0] = events;
    this.#event[DATA_WORD] = slot;
    this.#event[DATA_WORD + 1] = this.#uses[slot] ?? 0;
    return this.#native.epollCtl(loop.epfd, operation, fd, this.#event);
  }

  #open(): LoopWatch {
    this.#loop ??= new LoopWatch(() => {
      if (!this.#scheduled) {
        this.#scheduled = true;
        setImmediate(this.#dispatchLater);
      }
    });
    return this.#loop;
  }

  #dispatch(): void {
    this.#scheduled = false;
    if (this.#loop === null) {
      return;
    }
    if (this.#tryLikely()) {
      return;
    }
    const count = this.#native.epollWait(this.#loop.epfd, this.#events, BATCH, 0);
    if (count < 0) {
      const errno = this.#native.errno();
      if (errno !== EINTR) {
        throw systemError('epoll_wait', errno);
      }
      return;
    }
    this.#likely = count === 1 ? (this.#events[DATA_WORD] ?? -1) : -1;
    for (let word = 0; word < count * EVENT_WORDS; word += EVENT_WORDS) {
      const slot = this.#events[word + DATA_WORD] ?? -1;
      if (this.#uses[slot] === this.#events[word + DATA_WORD + 1]) {
        this.#deliver(this.#targets[slot] ?? null, this.#events[word] ?? 0);
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
    if (this.#registered > 0 || this.#loop === null) {
      return;
    }
    const restMs = this.#idleSince + IDLE_MS - performance.now();
    if (restMs > 1) {
      this.#closeLater(restMs);
      return;
    }
    this.#loop.close();
    this.#loop = null;
  }
}

let shared: Poller | null = null;

/** Returns the selector of this process. */
export function poller(): Poller {
  shared ??= new Poller();
  return shared;
}
