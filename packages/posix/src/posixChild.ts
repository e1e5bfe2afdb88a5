import {
  ChildHandle,
  NotSupportedError,
  signalNumber,
  type KillAnswer,
  type ReadPipeHandle,
  type Signal,
  type SignalScope,
  type SpawnError,
  type SpawnRequest,
  type WritePipeHandle,
} from '@subwire/transport';
import { ExitWatcher, type ExitListener } from './exit/exitWatcher.js';
import type { SpawnAttempt, SpawnOutcome } from './spawn/spawnAttempt.js';
import type { StartThread } from './spawn/startThread.js';
import type { StartThreads } from './spawn/startThreads.js';

/** A child of `posix_spawn`. It keeps nothing that only its start needed. */
export class PosixChild extends ChildHandle implements SpawnOutcome, ExitListener {
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  readonly #leadsGroup: boolean;
  readonly #threads: StartThreads;
  #attempt: SpawnAttempt | null;
  #pid: number | null = null;
  #watcher: ExitWatcher | null = null;
  #early: number | null = null;
  /** It lives as long as the child. */
  #thread: StartThread | null = null;

  constructor(
    request: Pick<SpawnRequest, 'startNewSession' | 'processGroup'>,
    attempt: SpawnAttempt,
    threads: StartThreads,
  ) {
    super();
    this.#attempt = attempt;
    this.#threads = threads;
    this.stdin = attempt.stdio.stdin;
    this.outputs = attempt.stdio.outputs;
    this.#leadsGroup = request.startNewSession || request.processGroup === 0;
    if (attempt.pid !== null) {
      this.#watch(attempt.pid);
    }
  }

  override get pid(): number | null {
    return this.#pid;
  }

  override abandon(): boolean {
    return this.#attempt?.abandon() ?? false;
  }

  override kill(signal: Signal, scope: SignalScope = 'process'): KillAnswer {
    if (scope === 'tree') {
      throw new NotSupportedError('signalScopes', 'the posix backend cannot signal the descendants of a child');
    }
    const number = signalNumber(signal);
    if (scope === 'group' && !this.#leadsGroup) {
      throw new NotSupportedError(
        'signalScopes',
        'the child has no group of its own; start it with startNewSession or processGroup: 0',
      );
    }
    return this.#watcher?.signal(number, scope) === true ? 'sent' : 'gone';
  }

  onSpawned(pid: number, thread: StartThread | null): void {
    this.#attempt = null;
    this.#thread = thread;
    if (this.#watcher === null) {
      this.#watch(pid);
    }
    this.emit('spawn', pid);
    if (this.#early !== null) {
      this.onExit(this.#early);
    }
  }

  onExit(returncode: number): void {
    if (this.#attempt !== null) {
      // It was started within `spawn()`, and has ended before that was told.
      this.#early = returncode;
      return;
    }
    if (this.#thread !== null && this.#pid !== null) {
      this.#threads.childEnded(this.#thread, this.#pid);
      this.#thread = null;
    }
    this.emit('exit', { returncode });
  }

  onFailed(error: SpawnError): void {
    this.#attempt = null;
    this.emit('error', error);
  }

  #watch(pid: number): void {
    this.#pid = pid;
    this.#watcher = new ExitWatcher(pid, this);
  }
}
