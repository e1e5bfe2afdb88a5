/** The queue of Linux. */
import { EINTR, O_CLOEXEC } from '../native/constants.js';
import { BATCH, type EventQueue, type PollSlot } from './eventQueue.js';
import { LOWEST_OWN_FD, moveUp } from '../native/descriptors.js';
import type { LinuxCalls, Native } from '../native/ffi.js';
import { systemError } from '../native/systemErrors.js';

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;

/** On x64 the kernel packs an event, elsewhere it is aligned: words per event, and where the two words of ours begin. */
const [EVENT_WORDS, DATA_WORD] = process.arch === 'x64' ? [3, 1] : [4, 2];

/** An epoll instance. */
export class EpollQueue implements EventQueue {
  readonly #native: Native;
  readonly #calls: LinuxCalls;
  readonly #events = new Int32Array(BATCH * EVENT_WORDS);
  readonly #event = new Int32Array(EVENT_WORDS);
  #fd = -1;

  constructor(c: Native, calls: LinuxCalls) {
    this.#native = c;
    this.#calls = calls;
  }

  open(): number {
    const fd = this.#calls.epollCreate(O_CLOEXEC);
    if (fd < 0) {
      throw systemError('epoll_create1', this.#native.errno());
    }
    try {
      this.#fd = moveUp(fd, LOWEST_OWN_FD);
    } catch (thrown) {
      this.#native.close(fd);
      throw thrown;
    }
    return this.#fd;
  }

  close(): void {
    this.#native.close(this.#fd);
    this.#fd = -1;
  }

  add(fd: number, slot: PollSlot, use: number, events: number): void {
    this.#control(EPOLL_CTL_ADD, fd, slot, use, events);
  }

  modify(fd: number, slot: PollSlot, use: number, events: number): void {
    this.#control(EPOLL_CTL_MOD, fd, slot, use, events);
  }

  remove(fd: number): void {
    this.#calls.epollCtl(this.#fd, EPOLL_CTL_DEL, fd, null);
  }

  wait(): number {
    const count = this.#calls.epollWait(this.#fd, this.#events, BATCH, 0);
    if (count < 0) {
      const errno = this.#native.errno();
      if (errno !== EINTR) {
        throw systemError('epoll_wait', errno);
      }
      return 0;
    }
    return count;
  }

  slotAt(index: number): PollSlot {
    return this.#events[index * EVENT_WORDS + DATA_WORD] ?? -1;
  }

  useAt(index: number): number {
    return this.#events[index * EVENT_WORDS + DATA_WORD + 1] ?? -1;
  }

  eventsAt(index: number): number {
    return this.#events[index * EVENT_WORDS] ?? 0;
  }

  #control(operation: number, fd: number, slot: PollSlot, use: number, events: number): void {
    const event = this.#event;
    event[0] = events;
    event[DATA_WORD] = slot;
    event[DATA_WORD + 1] = use;
    if (this.#calls.epollCtl(this.#fd, operation, fd, event) !== 0) {
      throw systemError('epoll_ctl', this.#native.errno());
    }
  }
}
