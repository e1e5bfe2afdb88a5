/**
 * A child known by its number alone, on Linux: where there are no pidfds, or while none can be had.
 *
 * | state    | time is up, or SIGCHLD                                       | close  |
 * | -------- | ------------------------------------------------------------ | ------ |
 * | watching | the listener looks; without end it asks for a better watch   | closed |
 * | closed   | -                                                            | -      |
 *
 * 1. The number is the child's until the child is reaped, and we alone do that. So before a signal the child is looked at only
 *    for the sake of a thief (`waitpid(-1)` of foreign code).
 * 2. Without a free descriptor there is no pidfd, and memory may be short as well. A timer needs neither: it looks again and
 *    again, at most 64 ms apart, and each look that finds the child running tries to get a pidfd.
 * 3. Where there are no pidfds at all SIGCHLD tells when to look. It is a hint: foreign code may have taken its handler, and the
 *    `process` of a test runner may never hear of it. So a timer looks too, at most a second apart.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import { ESRCH } from '../native/constants.js';
import { native, type LinuxCalls } from '../native/ffi.js';
import type { Holder } from '../loop/poller.js';
import { byPid, look, reap, type ExitStatus } from './exitStatus.js';
import { kernelFeatures } from './kernelFeatures.js';
import { endUnreapedGroup, PidfdWatch } from './pidfdWatch.js';
import { watchSigchld } from './sigchldWatch.js';
import type { EndListener, ChildWatch } from './childWatch.js';
import type { EndedGroup } from './endedGroup.js';

const FIRST_LOOK_MS = 1;
const LONGEST_PAUSE_MS = 64;
const LONGEST_PAUSE_BESIDE_SIGCHLD_MS = 1_000;

/** Watches one child by its number. */
export class PidWatch implements ChildWatch {
  readonly #calls: LinuxCalls;
  readonly #pid: number;
  readonly #listener: EndListener;
  readonly #holder: Holder;
  #unwatch: (() => void) | null = null;
  #nextLook: NodeJS.Timeout | null = null;
  #closed = false;

  /** @param holder - Keeps the process alive: nothing of this does. */
  constructor(calls: LinuxCalls, pid: number, listener: EndListener, holder: Holder) {
    this.#calls = calls;
    this.#pid = pid;
    this.#listener = listener;
    this.#holder = holder;
    const { settled, pidfds } = kernelFeatures();
    if (settled && pidfds === null) {
      this.#unwatch = watchSigchld(() => {
        this.#listener.mayHaveEnded();
      });
    }
    this.#lookLater(FIRST_LOOK_MS);
  }

  reap(): ExitStatus {
    return reap(this.#calls, byPid(this.#pid));
  }

  statusOfLeader(): ExitStatus {
    return look(this.#calls, byPid(this.#pid));
  }

  endGroup(): EndedGroup | null {
    return endUnreapedGroup(this.#calls, this.#pid);
  }

  signal(number: number, scope: 'process' | 'group'): number {
    if (look(this.#calls, byPid(this.#pid)) === 'stolen') {
      return ESRCH;
    }
    const c = native();
    return c.kill(scope === 'process' ? this.#pid : -this.#pid, number) === 0 ? 0 : c.errno();
  }

  improve(): ChildWatch | null {
    const better = this.#unwatch === null ? PidfdWatch.open(this.#pid, this.#listener, this.#holder) : null;
    if (better !== null) {
      this.close();
    }
    return better;
  }

  close(): void {
    this.#closed = true;
    this.#unwatch?.();
    if (this.#nextLook !== null) {
      clearTimeout(this.#nextLook);
    }
  }

  #lookLater(pauseMs: number): void {
    this.#nextLook = setTimeout(() => {
      this.#listener.mayHaveEnded();
      if (!this.#closed) {
        const longest = this.#unwatch === null ? LONGEST_PAUSE_MS : LONGEST_PAUSE_BESIDE_SIGCHLD_MS;
        this.#lookLater(Math.min(2 * pauseMs, longest));
      }
    }, pauseMs).unref();
  }
}
