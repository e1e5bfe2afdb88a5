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
import type { ChildStdio } from './spawn/childStdio.js';
import { ExitWatcher, type ExitListener } from './exit/exitWatcher.js';
import type { SpawnOutcome } from './spawn/spawnAttempt.js';

/** A child of `posix_spawn`. It keeps nothing that only its start needed. */
export class PosixChild extends ChildHandle implements SpawnOutcome, ExitListener {
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  readonly #leadsGroup: boolean;
  #pid: number | null = null;
  #watcher: ExitWatcher | null = null;

  constructor(request: Pick<SpawnRequest, 'startNewSession' | 'processGroup'>, stdio: ChildStdio) {
    super();
    this.stdin = stdio.stdin;
    this.outputs = stdio.outputs;
    this.#leadsGroup = request.startNewSession || request.processGroup === 0;
  }

  override get pid(): number | null {
    return this.#pid;
  }

  override abandon(): boolean {
    return false;
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

  onSpawned(pid: number): void {
    this.#pid = pid;
    this.#watcher = new ExitWatcher(pid, this);
    this.emit('spawn', pid);
  }

  onExit(returncode: number): void {
    this.emit('exit', { returncode });
  }

  onFailed(error: SpawnError): void {
    this.emit('error', error);
  }
}
