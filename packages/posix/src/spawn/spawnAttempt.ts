/**
 * A child on its way: from the request until it runs or is known not to.
 *
 * 1. What the caller gave is fixed at once, because the turn of the child may come later: descriptors are duplicated,
 *    the environment is copied, our directory and our PATH are noted.
 * 2. A failure at the first step, while the caller is still waiting for `spawn()`, is kept for it; a later one is told.
 */
import { setImmediate } from 'node:timers';
import type { SpawnError, TextRequest } from '@subwire/transport';
import { ChildStdio } from './childStdio.js';
import { environmentBlock, ownEnvironment, type EnvironmentBlock } from './environment.js';
import { afterSpawn, beforeSpawn } from './nofile.js';
import { attributesOf, FileActions, posixSpawn } from './posixSpawn.js';
import { fileToExecute, searchEnvironment, startFailure, type SearchEnvironment } from './startFailure.js';
import type { SpawnJob } from './spawnQueue.js';
import { StartDirectory } from './startDirectory.js';

/** Takes the outcome; one of the two is called, once. */
export interface SpawnOutcome {
  onSpawned(pid: number): void;
  onFailed(error: SpawnError): void;
}

/** One spawn. */
export class SpawnAttempt implements SpawnJob {
  readonly stdio: ChildStdio;
  readonly #request: TextRequest;
  readonly #env: EnvironmentBlock;
  readonly #searchEnv: SearchEnvironment;
  readonly #directory: StartDirectory;
  #outcome: SpawnOutcome | null = null;
  #failure: SpawnError | null = null;

  /** @throws {SpawnError} if a descriptor that was given is not open. */
  constructor(request: TextRequest) {
    this.#request = request;
    this.#env = request.env === null ? ownEnvironment() : environmentBlock(request.env);
    this.#searchEnv = searchEnvironment(request);
    this.#directory = new StartDirectory(request.cwd);
    try {
      this.stdio = new ChildStdio(request.stdio, { kind: 'pipe', size: request.pipeSize });
    } catch (thrown) {
      throw startFailure(thrown, request, null, this.#searchEnv);
    }
  }

  /**
   * Says who is to be told, once the attempt is in the queue.
   * @throws {SpawnError} if its turn came at once and it has failed already.
   */
  tell(outcome: SpawnOutcome): void {
    if (this.#failure !== null) {
      throw this.#failure;
    }
    this.#outcome = outcome;
  }

  start(done: () => void): boolean {
    let file: string | null = null;
    try {
      file = fileToExecute(this.#request, this.#searchEnv);
      this.#spawn(file, done);
      return true;
    } catch (thrown) {
      const error = startFailure(thrown, this.#request, file, this.#searchEnv);
      this.#directory.close();
      this.stdio.drop();
      this.#failure = error;
      const outcome = this.#outcome;
      if (outcome !== null) {
        // Others may wait on this stack.
        setImmediate(() => {
          outcome.onFailed(error);
        });
      }
      return false;
    }
  }

  #spawn(file: string, done: () => void): void {
    const request = this.#request;
    const actions = new FileActions();
    try {
      this.#directory.enter(actions);
      this.stdio.prepare(actions.memory);
      this.#directory.enterGiven(actions);
      const image = { file, argv: [request.program, ...request.args], env: this.#env };
      const attributes = attributesOf(request);
      beforeSpawn();
      try {
        posixSpawn(image, actions, attributes, (error, pid) => {
          afterSpawn();
          // Out of koffi's callback: what follows runs the code of users.
          setImmediate(() => {
            done();
            this.#onReturned(error, pid, file);
          });
        });
      } catch (thrown) {
        afterSpawn();
        throw thrown;
      }
    } catch (thrown) {
      actions.free();
      throw thrown;
    }
  }

  #onReturned(failure: Error | null, pid: number, file: string): void {
    this.#directory.close();
    if (failure !== null) {
      this.stdio.drop();
      this.#outcome?.onFailed(startFailure(failure, this.#request, file, this.#searchEnv));
      return;
    }
    this.stdio.connect();
    this.#outcome?.onSpawned(pid);
  }
}
