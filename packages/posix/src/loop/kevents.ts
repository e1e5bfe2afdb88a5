/**
 * The records of kqueue, `struct kevent` of 64-bit macOS (`bsd/sys/event.h` of XNU), as words of 32 bits:
 *
 * | words | field                                                      |
 * | ----- | ---------------------------------------------------------- |
 * | 0, 1  | `ident`: a descriptor, or the number of a process          |
 * | 2     | `filter`, signed, in the low half; `flags` in the high one |
 * | 3     | `fflags`                                                   |
 * | 4, 5  | `data`: for a pipe the bytes that can be read or written   |
 * | 6, 7  | `udata`: ours, the slot and its use                        |
 */

export const KEVENT_WORDS = 8;

export const EVFILT_READ: number = -1;
export const EVFILT_WRITE: number = -2;
export const EVFILT_PROC: number = -5;

export const EV_ADD: number = 0x1;
export const EV_DELETE: number = 0x2;
export const EV_ONESHOT: number = 0x10;
export const EV_EOF: number = 0x8000;

export const NOTE_EXIT: number = 0x8000_0000;

/** Fills the record at the start of `words`. */
export function encodeKevent(
  words: Int32Array,
  ident: number,
  filter: number,
  flags: number,
  slot: number,
  use: number,
): void {
  words[0] = ident;
  words[1] = 0;
  words[2] = (flags << 16) | (filter & 0xffff);
  words[3] = filter === EVFILT_PROC ? NOTE_EXIT : 0;
  words[4] = 0;
  words[5] = 0;
  words[6] = slot;
  words[7] = use;
}

/** The fields of the record at an index. */
export function filterAt(words: Int32Array, index: number): number {
  return ((words[index * KEVENT_WORDS + 2] ?? 0) << 16) >> 16;
}

export function flagsAt(words: Int32Array, index: number): number {
  return (words[index * KEVENT_WORDS + 2] ?? 0) >>> 16;
}

/** Whether `data` is not 0. */
export function hasDataAt(words: Int32Array, index: number): boolean {
  return words[index * KEVENT_WORDS + 4] !== 0;
}

export function slotAt(words: Int32Array, index: number): number {
  return words[index * KEVENT_WORDS + 6] ?? -1;
}

export function useAt(words: Int32Array, index: number): number {
  return words[index * KEVENT_WORDS + 7] ?? -1;
}
