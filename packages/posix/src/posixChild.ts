import {
  ChildHandle,
  NotSupportedError,
  signalNumber,
  type ReadPipeHandle,
  type Signal,
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
  #watcher: ExitWatcher | null = null;

  constructor(request: Pick<SpawnRequest, 'startNewSession' | 'processGroup'>, stdio: ChildStdio) {
    super();
    this.stdin = stdio.stdin;
    this.outputs = stdio.outputs;
    this.#leadsGroup = request.startNewSession || request.processGroup === 0;
  }

  override kill(signal: Signal, scope: 'process' | 'group' = 'process'): boolean {
    const number = signalNumber(signal);
    if (scope === 'group' && !this.#leadsGroup) {
      throw new NotSupportedError(
        'groupSignals',
        'the child has no group of its own; start it with startNewSession or processGroup: 0',
      );
    }
    return this.#watcher?.signal(number, scope) ?? false;
  }

  onSpawned(pid: number): void {
    this.#watcher = new ExitWatcher(pid, this);
    this.emit('spawn', pid);
  }

  onExit(returncode: number): void {
    this.emit('exit', returncode);
  }

  onFailed(error: SpawnError): void {
    this.emit('error', error);
  }
}
