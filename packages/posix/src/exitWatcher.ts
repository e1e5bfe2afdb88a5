/**
 * The end of one child, and signals to it.
 *
 * 1. A pidfd is readable once the child has ended; then that child alone is reaped.
 * 2. Readable without anything to reap is spurious: the registration stays.
 * 3. A status that somebody else took is reported as unknown, with a warning, and never as nothing.
 * 4. A pidfd means this very process for ever. Where there is none, a signal by number is sent only while the child is
 *    not reaped, because until then the number cannot be another's.
 */
import { EAGAIN, EPERM, ESRCH } from './constants.js';
import { isOurChild, P_PID, P_PIDFD, reap, UNKNOWN_RETURNCODE } from './exitStatus.js';
import { features, PIDFD_SIGNAL_PROCESS_GROUP } from './features.js';
import { native } from './ffi.js';
import { poller, READABLE, type PollSlot, type PollTarget } from './poller.js';
import { watchSigchld } from './sigchldWatch.js';
import { SubprocessError } from '@subwire/transport';
import { systemError } from './systemErrors.js';

/** Takes the return code. */
export interface ExitListener {
  onExit(returncode: number): void;
}

/** Watches one child until it ended. */
export class ExitWatcher implements PollTarget {
  readonly #pid: number;
  readonly #listener: ExitListener;
  #pidfd = -1;
  #slot: PollSlot | null = null;
  #unwatch: (() => void) | null = null;
  #ended = false;

  /**
   * @param pid - A child of ours that nobody has waited for.
   * @param listener - Called once, never from inside this constructor.
   */
  constructor(pid: number, listener: ExitListener) {
    this.#pid = pid;
    this.#listener = listener;
    if (!features().pidfd || !this.#watchPidfd()) {
      this.#watchByNumber();
    }
  }

  /**
   * Sends a signal.
   * @returns `false` if there is nobody to receive it.
   * @throws {SubprocessError} if the system refuses.
   */
  signal(number: number, scope: 'process' | 'group'): boolean {
    if (this.#ended) {
      return false;
    }
    const c = native();
    let result: number;
    if (this.#pidfd >= 0 && (scope === 'process' || features().pidfdGroup)) {
      result = c.pidfdSendSignal(this.#pidfd, number, scope === 'process' ? 0 : PIDFD_SIGNAL_PROCESS_GROUP);
    } else {
      if (!isOurChild(P_PID, this.#pid)) {
        return false;
      }
      result = c.kill(scope === 'process' ? this.#pid : -this.#pid, number);
    }
    if (result === 0) {
      return true;
    }
    const errno = c.errno();
    if (errno === ESRCH) {
      return false;
    }
    const cause = systemError('kill', errno);
    throw new SubprocessError(
      errno === EPERM ? 'EPERM' : errno === EAGAIN ? 'EAGAIN' : 'EOTHER',
      'the child cannot be signalled',
      {
        cause,
      },
    );
  }

  onReady(): void {
    this.#look(P_PIDFD, this.#pidfd);
  }

  /** Returns whether it worked; it may not for lack of descriptors. */
  #watchPidfd(): boolean {
    const c = native();
    const pidfd = c.pidfdOpen(this.#pid, 0);
    if (pidfd < 0) {
      return false;
    }
    try {
      // Should a thief have reaped the child already, then the number may be a stranger's.
      if (!isOurChild(P_PIDFD, pidfd)) {
        c.close(pidfd);
        return false;
      }
      this.#slot = poller().add(pidfd, READABLE, this);
      this.#pidfd = pidfd;
      return true;
    } catch (thrown) {
      void thrown;
      c.close(pidfd);
      return false;
    }
  }

  #watchByNumber(): void {
    this.#unwatch = watchSigchld(() => {
      this.#look(P_PID, this.#pid);
    });
  }

  #look(idType: number, id: number): void {
    const status = this.#ended ? 'running' : reap(idType, id);
    if (status === 'running') {
      return;
    }
    this.#ended = true;
    this.#release();
    if (status !== 'stolen') {
      this.#listener.onExit(status);
      return;
    }
    process.emitWarning(
      `the exit status of child ${this.#pid} was taken by other code in this process; it is reported as ${UNKNOWN_RETURNCODE}`,
      { type: 'SubwireWarning', code: 'SUBWIRE_STATUS_STOLEN' },
    );
    this.#listener.onExit(UNKNOWN_RETURNCODE);
  }

  #release(): void {
    this.#unwatch?.();
    if (this.#slot !== null) {
      poller().remove(this.#slot);
      this.#slot = null;
    }
    if (this.#pidfd >= 0) {
      native().close(this.#pidfd);
      this.#pidfd = -1;
    }
  }
}
