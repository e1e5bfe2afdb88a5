/**
 * The end of one child, and signals to it.
 *
 * 1. When there may be something to reap, that child alone is looked at.
 * 2. A look that finds nothing to reap was spurious: the child stays watched.
 * 3. A status that somebody else took is reported as unknown, with a warning, and never as nothing.
 * 4. A signal is sent only while the child is not reaped.
 */
import { SubprocessError } from '@subwire/transport';
import { EAGAIN, EPERM, ESRCH } from '../native/constants.js';
import { UNKNOWN_RETURNCODE } from './exitStatus.js';
import { PidWatch } from './pidWatch.js';
import { PidfdWatch } from './pidfdWatch.js';
import { systemError } from '../native/systemErrors.js';
import type { EndListener, ChildWatch } from './childWatch.js';

/** Takes the return code. */
export interface ExitListener {
  onExit(returncode: number): void;
}

/** Watches one child until it ended. */
export class ExitWatcher implements EndListener {
  readonly #pid: number;
  readonly #listener: ExitListener;
  readonly #child: ChildWatch;
  #ended = false;

  /**
   * @param pid - A child of ours that nobody has waited for.
   * @param listener - Called once, never from inside this constructor.
   */
  constructor(pid: number, listener: ExitListener) {
    this.#pid = pid;
    this.#listener = listener;
    this.#child = PidfdWatch.open(pid, this) ?? new PidWatch(pid, this);
  }

  /**
   * Sends a signal.
   * @returns `false` if there is nobody to receive it.
   * @throws {SubprocessError} if the system refuses.
   */
  signal(number: number, scope: 'process' | 'group'): boolean {
    const errno = this.#ended ? ESRCH : this.#child.signal(number, scope);
    if (errno === 0 || errno === ESRCH) {
      return errno === 0;
    }
    const code = errno === EPERM ? 'EPERM' : errno === EAGAIN ? 'EAGAIN' : 'EOTHER';
    throw new SubprocessError(code, 'the child cannot be signalled', { cause: systemError('kill', errno) });
  }

  mayHaveEnded(): void {
    const status = this.#ended ? 'running' : this.#child.reap();
    if (status === 'running') {
      return;
    }
    this.#ended = true;
    this.#child.close();
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
}
