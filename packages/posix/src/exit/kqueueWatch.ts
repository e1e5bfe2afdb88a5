/**
 * A child known by its number, on macOS.
 *
 * | state    | kqueue tells of the end | a look finds it running | a look finds the end | a signal finds the end        | close  |
 * | -------- | ----------------------- | ----------------------- | -------------------- | ----------------------------- | ------ |
 * | watched  | looking                 | -                       | told                 | taken: told in the next turn  | closed |
 * | looking  | -                       | looks again later       | told                 | taken: told in the next turn  | closed |
 * | closed   | -                       | -                       | -                    | -                             | -      |
 *
 * 1. kqueue may tell of the end, or refuse to watch a process that is ending, a moment before there is anything to reap
 *    (libuv/libuv#3521, moonbitlang/async#88). It is one-shot, so from then on we look again and again. The same if it refuses
 *    for another reason.
 * 2. The number is the child's until the child is reaped, and then it may be a stranger's. So before a signal the child is
 *    looked at. A look that finds it ended has reaped it, as macOS has no other; the status is kept for the next look of the
 *    listener.
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import type { ChildExit } from '@subwire/transport';
import { EPERM, ESRCH } from '../native/constants.js';
import { reapOnMac, type ExitStatus } from './exitStatus.js';
import { native, type DarwinCalls } from '../native/ffi.js';
import { ENDED, poller, type Holder, type PollSlot, type PollTarget } from '../loop/poller.js';
import type { EndListener, ChildWatch } from './childWatch.js';
import { UnreachableGroup, type EndedGroup } from './endedGroup.js';

const FIRST_LOOK_MS = 1;
const LONGEST_PAUSE_MS = 64;

/** Watches one child by kqueue. */
export class KqueueWatch implements ChildWatch, PollTarget {
  readonly #calls: DarwinCalls;
  readonly #pid: number;
  readonly #listener: EndListener;
  #slot: PollSlot | null = null;
  #nextLook: NodeJS.Timeout | null = null;
  /** A status that was taken and not told yet. */
  #taken: ChildExit | null = null;
  #closed = false;

  constructor(calls: DarwinCalls, pid: number, listener: EndListener, holder: Holder) {
    this.#calls = calls;
    this.#pid = pid;
    this.#listener = listener;
    try {
      this.#slot = poller().add(this.#pid, ENDED, this, holder);
    } catch (refused) {
      void refused;
      this.#lookLater(FIRST_LOOK_MS);
    }
  }

  /** The process has ended. */
  onReady(): void {
    this.#lookUntilReaped(FIRST_LOOK_MS);
  }

  reap(): ExitStatus {
    return this.#taken ?? reapOnMac(this.#calls, this.#pid);
  }

  statusOfLeader(): ExitStatus {
    return this.reap();
  }

  endGroup(): EndedGroup | null {
    const group = new UnreachableGroup(this.#pid);
    return group.hasMembers() ? group : null;
  }

  signal(number: number, scope: 'process' | 'group'): number {
    if (this.#hasEnded()) {
      return ESRCH;
    }
    const c = native();
    if (c.kill(scope === 'process' ? this.#pid : -this.#pid, number) === 0) {
      return 0;
    }
    const errno = c.errno();
    // macOS refuses so if everybody in the group has ended and is not reaped: `killpg1` of XNU skips those.
    return errno === EPERM && scope === 'group' && this.#hasEnded() ? ESRCH : errno;
  }

  close(): void {
    this.#closed = true;
    if (this.#slot !== null) {
      poller().remove(this.#slot);
    }
    if (this.#nextLook !== null) {
      clearTimeout(this.#nextLook);
    }
  }

  #lookUntilReaped(pauseMs: number): void {
    this.#listener.mayHaveEnded();
    if (!this.#closed) {
      this.#lookLater(pauseMs);
    }
  }

  /** The holder of the child keeps the process alive, not this. */
  #lookLater(pauseMs: number): void {
    this.#nextLook = setTimeout(() => {
      this.#lookUntilReaped(Math.min(2 * pauseMs, LONGEST_PAUSE_MS));
    }, pauseMs).unref();
  }

  #hasEnded(): boolean {
    const status = this.reap();
    if (typeof status === 'object' && this.#taken === null) {
      this.#taken = status;
      setImmediate(() => {
        this.#listener.mayHaveEnded();
      });
    }
    return status !== 'running';
  }
}
