/**
 * The end of one child, and signals to it.
 *
 * | state   | a look finds the end                             | signal to the process | signal to the group           |
 * | ------- | ------------------------------------------------ | --------------------- | ----------------------------- |
 * | running | told; others run in its group: led on, else gone | to the child          | to the group                  |
 * | led on  | -                                                | refused               | to the group; none left: gone |
 * | gone    | -                                                | refused               | refused                       |
 *
 * 1. When there may be something to reap, that child alone is looked at.
 * 2. A look that finds nothing to reap was spurious: the child stays watched, perhaps in a better way from then on.
 * 3. A status that somebody else took is reported as unknown, with a warning, and never as nothing.
 * 4. A signal to the child is sent only while it is not reaped. What happens to its group after that is the business of
 *    `endedGroups.ts`, which ends "led on" by itself too.
 */
import { SubprocessError, type ChildExit } from '@subwire/transport';
import { EAGAIN, EPERM, ESRCH } from '../native/constants.js';
import { UNKNOWN_RETURNCODE } from './exitStatus.js';
import { KqueueWatch } from './kqueueWatch.js';
import { PidWatch } from './pidWatch.js';
import { PidfdWatch } from './pidfdWatch.js';
import { native } from '../native/ffi.js';
import { systemError } from '../native/systemErrors.js';
import type { Holder } from '../loop/poller.js';
import type { EndListener, ChildWatch } from './childWatch.js';
import type { EndedGroup } from './endedGroup.js';
import { endGroup, keepGroup } from './endedGroups.js';

/** Takes the end. */
export interface ExitListener {
  onExit(end: ChildExit): void;
}

/** What is watched. */
export interface WatchedChild {
  /** A child of ours that nobody has waited for. */
  readonly pid: number;
  /** Whether it leads a process group. */
  readonly leadsGroup: boolean;
  /** Keeps the process alive while something is registered for the child. */
  readonly holder: Holder;
}

/** Watches one child until it ended. */
export class ExitWatcher implements EndListener {
  readonly #child: WatchedChild;
  readonly #listener: ExitListener;
  /** `null` once it has ended. */
  #watch: ChildWatch | null;
  /** Of a child that has ended. */
  #group: EndedGroup | null = null;

  /** @param listener - Called once, never from inside this constructor. */
  constructor(child: WatchedChild, listener: ExitListener) {
    this.#child = child;
    this.#listener = listener;
    this.#watch = watchChild(child, this);
  }

  /**
   * Sends a signal.
   * @returns `false` if there is nobody to receive it.
   * @throws {SubprocessError} if the system refuses.
   * @throws {NotSupportedError} if there is somebody who cannot be reached.
   */
  signal(number: number, scope: 'process' | 'group'): boolean {
    const errno = this.#watch === null ? this.#signalRest(number, scope) : this.#watch.signal(number, scope);
    if (errno === 0 || errno === ESRCH) {
      return errno === 0;
    }
    const code = errno === EPERM ? 'EPERM' : errno === EAGAIN ? 'EAGAIN' : 'EOTHER';
    throw new SubprocessError(code, 'the child cannot be signalled', { cause: systemError('kill', errno) });
  }

  mayHaveEnded(): void {
    const watch = this.#watch;
    if (watch === null) {
      return;
    }
    const { leadsGroup, pid } = this.#child;
    const status = leadsGroup ? watch.statusOfLeader() : watch.reap();
    if (status === 'running') {
      this.#watch = watch.improve?.() ?? watch;
      return;
    }
    this.#watch = null;
    if (leadsGroup && status !== 'stolen') {
      this.#keepGroup(watch.endGroup());
    }
    watch.close();
    if (status !== 'stolen') {
      this.#listener.onExit(status);
      return;
    }
    const detail = 'the exit status was taken by other code in this process';
    process.emitWarning(
      `the exit status of child ${pid} was taken by other code in this process; it is reported as ${UNKNOWN_RETURNCODE}`,
      { type: 'SubwireWarning', code: 'SUBWIRE_STATUS_STOLEN' },
    );
    this.#listener.onExit({ returncode: UNKNOWN_RETURNCODE, detail });
  }

  #keepGroup(group: EndedGroup | null): void {
    this.#group = group;
    if (group !== null) {
      keepGroup(group, this);
    }
  }

  #signalRest(number: number, scope: 'process' | 'group'): number {
    const group = this.#group;
    if (scope === 'process' || group === null) {
      return ESRCH;
    }
    const errno = group.signal(number);
    if (errno === ESRCH) {
      this.#group = null;
      endGroup(group);
    }
    return errno;
  }
}

function watchChild({ pid, holder }: WatchedChild, listener: EndListener): ChildWatch {
  const { system } = native();
  if (system.platform === 'darwin') {
    return new KqueueWatch(system, pid, listener, holder);
  }
  return PidfdWatch.open(pid, listener, holder) ?? new PidWatch(system, pid, listener, holder);
}
