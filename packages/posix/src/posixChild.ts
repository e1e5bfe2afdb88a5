import {
  ChildHandle,
  NotSupportedError,
  signalNumber,
  type ByteString,
  type ChildExit,
  type KillAnswer,
  type ReadPipeHandle,
  type Signal,
  type SignalScope,
  type SpawnError,
  type SpawnRequest,
  type WritePipeHandle,
} from '@subwire/transport';
import { ExitWatcher, type ExitListener } from './exit/exitWatcher.js';
import { endUnwatched } from './exit/unwatched.js';
import type { KeepAlive } from './loop/keepAlive.js';
import type { SpawnAttempt, SpawnOutcome } from './spawn/spawnAttempt.js';
import type { StartThread } from './spawn/startThread.js';
import type { StartThreads } from './spawn/startThreads.js';
import { unwatchable } from './spawn/watchFailure.js';

/** A child of `posix_spawn`. It keeps nothing that only its start needed. */
export class PosixChild extends ChildHandle implements SpawnOutcome, ExitListener {
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  readonly #program: ByteString;
  readonly #leadsGroup: boolean;
  readonly #keepAlive: KeepAlive;
  readonly #threads: StartThreads;
  #attempt: SpawnAttempt | null;
  #pid: number | null = null;
  #watcher: ExitWatcher | null = null;
  #early: ChildExit | null = null;
  /** It lives as long as the child. */
  #thread: StartThread | null = null;

  constructor(
    request: Pick<SpawnRequest, 'program' | 'startNewSession' | 'processGroup'>,
    attempt: SpawnAttempt,
    threads: StartThreads,
  ) {
    super();
    this.#attempt = attempt;
    this.#threads = threads;
    this.#program = request.program;
    this.#keepAlive = attempt.stdio.keepAlive;
    this.stdin = attempt.stdio.stdin;
    this.outputs = attempt.stdio.outputs;
    this.#leadsGroup = request.startNewSession || request.processGroup === 0;
    if (attempt.pid !== null) {
      this.#watchEarly(attempt.pid);
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

  override ref(): void {
    this.#keepAlive.ref();
  }

  override unref(): void {
    this.#keepAlive.unref();
  }

  onSpawned(pid: number, thread: StartThread | null): void {
    const attempt = this.#attempt;
    this.#attempt = null;
    this.#thread = thread;
    try {
      this.#watch(pid);
    } catch (thrown) {
      // Nothing that watching needs was left to be made, so this is a fault of ours; it is not to be one of the child too.
      endUnwatched(pid, () => {
        this.#onEnded();
        attempt?.stdio.drop();
        this.emit('error', unwatchable(thrown, this.#program, true));
      });
      return;
    }
    this.emit('spawn', pid);
    if (this.#early !== null) {
      this.onExit(this.#early);
    }
  }

  onExit(end: ChildExit): void {
    if (this.#attempt !== null) {
      // It was started within `spawn()`, and has ended before that was told.
      this.#early = end;
      return;
    }
    this.#onEnded();
    this.#keepAlive.give();
    this.emit('exit', end);
  }

  onFailed(error: SpawnError): void {
    this.#attempt = null;
    this.emit('error', error);
  }

  #watch(pid: number): void {
    this.#pid = pid;
    this.#watcher ??= new ExitWatcher({ pid, leadsGroup: this.#leadsGroup, holder: this.#keepAlive }, this);
  }

  /** A signal may be sent before `spawn` is told. */
  #watchEarly(pid: number): void {
    try {
      this.#watch(pid);
    } catch (thrown) {
      // It is tried again when `spawn` is due, which is when it can be told.
      void thrown;
    }
  }

  #onEnded(): void {
    if (this.#thread !== null && this.#pid !== null) {
      this.#threads.childEnded(this.#thread, this.#pid);
      this.#thread = null;
    }
  }
}
