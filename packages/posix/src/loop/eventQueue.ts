/**
 * The kernel's queue of events, as the poller sees it: epoll on Linux, kqueue on macOS.
 *
 * 1. A registration has a number, its slot, and a count of the slot's uses. Both come back with every event.
 * 2. An end of a pipe is registered once, as a reading end (with `READABLE`) or as a writing end (without), and stays so.
 * 3. What is ready is told again and again until it is not, except `ENDED`, which is told once.
 * 4. `wait()` keeps its events in one piece of memory until the next one: reading them allocates nothing.
 */

/** Bytes can be read, or the end. The first four are the numbers of epoll. */
export const READABLE: number = 0x1;
/** Bytes can be written. */
export const WRITABLE: number = 0x4;
/** The other end of a pipe that we write is closed; always reported. */
export const BROKEN: number = 0x8;
/** The other end of a pipe that we read is closed, what is in it can still be read; always reported. */
export const HUNG_UP: number = 0x10;
/** The process has ended, or is about to; what is registered is its number and not a descriptor. kqueue alone knows it. */
export const ENDED: number = 0x1_0000;

/** A registration, to change or to end it. */
export type PollSlot = number;

/** Events per `wait()`: what is left over is fetched in the next turn, after everybody else of this process. */
export const BATCH: number = 256;

/** A queue; closed at first. */
export interface EventQueue {
  /**
   * Opens it.
   * @returns a descriptor that is readable while something is ready.
   * @throws the system's error.
   */
  open(): number;
  close(): void;
  /**
   * @param id - A descriptor, or with `ENDED` the number of a process.
   * @throws the system's error; nothing is registered then.
   */
  add(id: number, slot: PollSlot, use: number, events: number): void;
  /**
   * Changes what is waited for.
   * @throws the system's error.
   */
  modify(id: number, slot: PollSlot, use: number, events: number): void;
  /** Ends a registration; a descriptor must still be open. */
  remove(id: number, slot: PollSlot): void;
  /**
   * Fetches what is ready, without waiting.
   * @returns the number of events.
   * @throws the system's error.
   */
  wait(): number;
  /** The slot of an event that was fetched last, its use, and the set of events. */
  slotAt(index: number): PollSlot;
  useAt(index: number): number;
  eventsAt(index: number): number;
}
