/**
 * A child known by its number alone: on macOS, and on Linux where there is no pidfd.
 *
 * 1. On macOS kqueue tells of its end. Where nothing does, SIGCHLD is the hint to look.
 * 2. kqueue may tell of the end, or refuse to watch a process that is ending, a moment before there is anything to reap
 *    (libuv/libuv#3521, moonbitlang/async#88). It tells only once, so from then on we look again and again.
 * 3. The number is the child's until the child is reaped, and then it may be a stranger's. So before a signal the child is
 *    looked at. A look that finds it ended has taken the status, which is kept for the next look of the listener.
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { EPERM, ESRCH } from '../native/constants.js';
import { reapByNumber, type ExitStatus } from './exitStatus.js';
import { kernelFeatures } from './kernelFeatures.js';
import { native } from '../native/ffi.js';
import { ENDED, poller, type PollSlot, type PollTarget } from '../loop/poller.js';
import { watchSigchld } from './sigchldWatch.js';
import type { EndListener, ChildWatch } from './childWatch.js';

const FIRST_LOOK_MS = 1;
const LONGEST_PAUSE_MS = 64;

/** Watches one child by its number. */
export class PidWatch implements ChildWatch, PollTarget {
  readonly #pid: number;
  readonly #listener: EndListener;
  #slot: PollSlot | null = null;
  #unwatch: (() => void) | null = null;
  #nextLook: NodeJS.Timeout | null = null;
  /** A status that was taken and not told yet. */
  #taken: number | null = null;
  #closed = false;

  constructor(pid: number, listener: EndListener) {
    this.#pid = pid;
    this.#listener = listener;
    if (kernelFeatures().processEvents) {
      this.#watchEvents();
    } else {
      this.#watchSigchld();
    }
  }

  /** The process has ended. */
  onReady(): void {
    this.#lookUntilReaped(FIRST_LOOK_MS);
  }

  reap(): ExitStatus {
    return this.#taken ?? reapByNumber(this.#pid);
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
    this.#unwatch?.();
    if (this.#slot !== null) {
      poller().remove(this.#slot);
    }
    if (this.#nextLook !== null) {
      clearTimeout(this.#nextLook);
    }
  }

  #watchEvents(): void {
    try {
      this.#slot = poller().add(this.#pid, ENDED, this);
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH') {
        this.#lookLater(FIRST_LOOK_MS);
      } else {
        this.#watchSigchld();
      }
    }
  }

  #watchSigchld(): void {
    this.#unwatch = watchSigchld(() => {
      this.#listener.mayHaveEnded();
    });
  }

  #lookUntilReaped(pauseMs: number): void {
    this.#listener.mayHaveEnded();
    if (!this.#closed) {
      this.#lookLater(pauseMs);
    }
  }

  #lookLater(pauseMs: number): void {
    this.#nextLook = setTimeout(() => {
      this.#lookUntilReaped(Math.min(2 * pauseMs, LONGEST_PAUSE_MS));
    }, pauseMs);
  }

  #hasEnded(): boolean {
    const status = this.reap();
    if (typeof status === 'number' && this.#taken === null) {
      this.#taken = status;
      setImmediate(() => {
        this.#listener.mayHaveEnded();
      });
    }
    return status !== 'running';
  }
}
