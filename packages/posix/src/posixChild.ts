import { setImmediate } from 'node:timers';
import {
  ChildHandle,
  NotSupportedError,
  signalNumber,
  type Signal,
  type SpawnError,
  type SpawnRequest,
} from '@subwire/transport';
import { ChildStdio } from './childStdio.js';
import { environmentBlock, ownEnvironment, type EnvironmentBlock } from './environment.js';
import { ExitWatcher } from './exitWatcher.js';
import { attributesOf, FileActions, posixSpawn } from './posixSpawn.js';
import type { ReadPipe } from './readPipe.js';
import { locate, toSpawnError } from './spawnErrors.js';
import type { SpawnJob } from './spawnQueue.js';
import type { WritePipe } from './writePipe.js';

/** A child of `posix_spawn`. */
export class PosixChild extends ChildHandle implements SpawnJob {
  readonly #request: SpawnRequest;
  readonly #env: EnvironmentBlock;
  readonly #stdio: ChildStdio;
  readonly #leadsGroup: boolean;
  #watcher: ExitWatcher | null = null;
  #queued = false;
  #failure: SpawnError | null = null;

  /** @throws {SpawnError} if a descriptor that was given is not open. */
  constructor(request: SpawnRequest) {
    super();
    this.#request = request;
    // Now: a change of our environment while the spawn waits must not reach the child.
    this.#env = request.env === null ? ownEnvironment() : environmentBlock(request.env);
    this.#leadsGroup = request.startNewSession || request.processGroup === 0;
    try {
      this.#stdio = new ChildStdio(request.stdio);
    } catch (thrown) {
      throw toSpawnError(thrown, this.#request, null);
    }
  }

  override get stdin(): WritePipe | null {
    return this.#stdio.stdin;
  }

  override get outputs(): ReadonlyMap<number, ReadPipe> {
    return this.#stdio.outputs;
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

  start(done: () => void): boolean {
    let file: string | null = null;
    try {
      file = locate(this.#request);
      this.#spawn(file, done);
      return true;
    } catch (thrown) {
      this.#stdio.drop();
      this.#fail(toSpawnError(thrown, this.#request, file));
      return false;
    }
  }

  /**
   * For the backend, once the child is in the queue.
   * @throws {SpawnError} if its turn came at once and it could not be started; then there is no `error` event.
   */
  queued(): void {
    this.#queued = true;
    if (this.#failure !== null) {
      throw this.#failure;
    }
  }

  #fail(error: SpawnError): void {
    if (!this.#queued) {
      this.#failure = error;
      return;
    }
    setImmediate(() => {
      this.emit('error', error);
    });
  }

  #spawn(file: string, done: () => void): void {
    const request = this.#request;
    const actions = new FileActions();
    try {
      this.#stdio.prepare(actions.memory);
      if (request.cwd !== null) {
        actions.changeDirectory(request.cwd);
      }
      const image = { file, argv: [request.program, ...request.args], env: this.#env };
      posixSpawn(image, actions, attributesOf(request), (error, pid) => {
        // Out of koffi's callback: what follows runs the code of users.
        setImmediate(() => {
          done();
          this.#onSpawned(error, pid, file);
        });
      });
    } catch (thrown) {
      actions.free();
      throw thrown;
    }
  }

  #onSpawned(failure: Error | null, pid: number, file: string): void {
    if (failure !== null) {
      this.#stdio.drop();
      this.emit('error', toSpawnError(failure, this.#request, file));
      return;
    }
    this.#stdio.connect();
    this.#watcher = new ExitWatcher(pid, (returncode) => {
      this.emit('exit', returncode);
    });
    this.emit('spawn', pid);
  }
}
