/**
 * The queue of macOS; written after Apple's sources, and never run there.
 *
 * kqueue has a filter for each thing to wait for, and a record for each filter that is ready:
 *
 * 1. A reading end has `EVFILT_READ`. Its `EV_EOF` is the hang-up; `data` is what can be read before the end.
 * 2. A writing end has `EVFILT_READ` too, for the close of the other end alone, which asyncio does as well. XNU puts a
 *    filter there that fires when the pipe dies and at no other time (`bsd/kern/sys_pipe.c`). `EVFILT_WRITE` would do
 *    worse: it is ready all the time on an empty pipe, with `EV_CLEAR` still once for every read of the child, and a low
 *    water mark is cut off at the size of the pipe.
 * 3. `EVFILT_WRITE` is there only while room is waited for. Its `EV_EOF` says the same as that of the other filter; both
 *    may come in one batch, and what comes second finds its registration ended.
 * 4. A process has `EVFILT_PROC`, which the kernel takes away when it has fired.
 */
import { EINTR, EPIPE, F_SETFD } from '../native/constants.js';
import { BATCH, BROKEN, ENDED, HUNG_UP, READABLE, WRITABLE, type EventQueue, type PollSlot } from './eventQueue.js';
import type { DarwinCalls, Native } from '../native/ffi.js';
import {
  encodeKevent,
  EV_ADD,
  EV_DELETE,
  EV_EOF,
  EV_ONESHOT,
  EVFILT_PROC,
  EVFILT_READ,
  EVFILT_WRITE,
  filterAt,
  flagsAt,
  hasDataAt,
  KEVENT_WORDS,
  slotAt,
  useAt,
} from './kevents.js';
import { systemError } from '../native/systemErrors.js';

const FD_CLOEXEC = 1;

// Sets of filters.
const READ = 1;
const WRITE = 2;
const PROC = 4;

/** `struct timespec` of zero: do not wait. */
const NOW = new BigUint64Array(2);

/** A kqueue. */
export class KqueueQueue implements EventQueue {
  readonly #native: Native;
  readonly #calls: DarwinCalls;
  readonly #events = new Int32Array(BATCH * KEVENT_WORDS);
  readonly #change = new Int32Array(KEVENT_WORDS);
  /** By slot: the filters that are there, and whether it is a reading end. */
  readonly #filters: number[] = [];
  readonly #reading: boolean[] = [];
  #fd = -1;

  constructor(c: Native, calls: DarwinCalls) {
    this.#native = c;
    this.#calls = calls;
  }

  open(): number {
    this.#fd = this.#calls.kqueue();
    if (this.#fd < 0) {
      throw systemError('kqueue', this.#native.errno());
    }
    // XNU does so by itself; libuv does it all the same.
    this.#native.fcntl(this.#fd, F_SETFD, FD_CLOEXEC);
    return this.#fd;
  }

  close(): void {
    this.#native.close(this.#fd);
    this.#fd = -1;
  }

  add(id: number, slot: PollSlot, use: number, events: number): void {
    this.#filters[slot] = 0;
    this.#reading[slot] = (events & READABLE) !== 0;
    try {
      this.modify(id, slot, use, events);
    } catch (thrown) {
      this.remove(id, slot);
      throw thrown;
    }
  }

  modify(id: number, slot: PollSlot, use: number, events: number): void {
    const wanted = this.#filtersFor(slot, events);
    this.#switch(READ, EVFILT_READ, wanted, id, slot, use);
    this.#switch(WRITE, EVFILT_WRITE, wanted, id, slot, use);
    this.#switch(PROC, EVFILT_PROC, wanted, id, slot, use);
  }

  remove(id: number, slot: PollSlot): void {
    const filters = this.#filters[slot] ?? 0;
    this.#filters[slot] = 0;
    // A filter that is gone already, like that of a process that has ended, is as good as removed.
    if ((filters & READ) !== 0) {
      this.#apply(id, EVFILT_READ, EV_DELETE, slot, 0);
    }
    if ((filters & WRITE) !== 0) {
      this.#apply(id, EVFILT_WRITE, EV_DELETE, slot, 0);
    }
    if ((filters & PROC) !== 0) {
      this.#apply(id, EVFILT_PROC, EV_DELETE, slot, 0);
    }
  }

  wait(): number {
    const count = this.#calls.kevent(this.#fd, null, 0, this.#events, BATCH, NOW);
    if (count < 0) {
      const errno = this.#native.errno();
      if (errno !== EINTR) {
        throw systemError('kevent', errno);
      }
      return 0;
    }
    return count;
  }

  slotAt(index: number): PollSlot {
    return slotAt(this.#events, index);
  }

  useAt(index: number): number {
    return useAt(this.#events, index);
  }

  eventsAt(index: number): number {
    const words = this.#events;
    const ended = (flagsAt(words, index) & EV_EOF) !== 0;
    switch (filterAt(words, index)) {
      case EVFILT_PROC:
        return ENDED;
      case EVFILT_WRITE:
        return ended ? BROKEN : WRITABLE;
      default:
        if (this.#reading[slotAt(words, index)] !== true) {
          return ended ? BROKEN : 0;
        }
        return ended ? HUNG_UP | (hasDataAt(words, index) ? READABLE : 0) : READABLE;
    }
  }

  #filtersFor(slot: PollSlot, events: number): number {
    if ((events & ENDED) !== 0) {
      return PROC;
    }
    const read = this.#reading[slot] !== true || (events & READABLE) !== 0;
    return (read ? READ : 0) | ((events & WRITABLE) !== 0 ? WRITE : 0);
  }

  /** Brings one filter to what is wanted; a record for each, so that an error is known to be its own. */
  #switch(bit: number, filter: number, wanted: number, id: number, slot: PollSlot, use: number): void {
    const filters = this.#filters[slot] ?? 0;
    if ((filters & bit) === (wanted & bit)) {
      return;
    }
    const adds = (wanted & bit) !== 0;
    const errno = this.#apply(id, filter, adds ? (bit === PROC ? EV_ADD | EV_ONESHOT : EV_ADD) : EV_DELETE, slot, use);
    // Of old a writing end whose other end is closed was refused here; the filter for that reports it.
    if (errno !== 0 && !(bit === WRITE && errno === EPIPE)) {
      throw systemError('kevent', errno);
    }
    this.#filters[slot] = adds && errno === 0 ? filters | bit : filters & ~bit;
  }

  /** Returns the errno. */
  #apply(id: number, filter: number, flags: number, slot: PollSlot, use: number): number {
    encodeKevent(this.#change, id, filter, flags, slot, use);
    if (this.#calls.kevent(this.#fd, this.#change, 1, null, 0, NOW) === 0) {
      return 0;
    }
    const errno = this.#native.errno();
    // The changes are made all the same.
    return errno === EINTR ? 0 : errno;
  }
}
