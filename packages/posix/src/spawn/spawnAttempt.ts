/**
 * A child on its way: from the request until it runs or is known not to.
 *
 * 1. What the caller gave is fixed at once, because the turn of the child may come later: descriptors are duplicated,
 *    the environment is copied, our directory and our PATH are noted.
 * 2. A failure at the first step, while the caller is still waiting for `spawn()`, is kept for it; a later one is told.
 * 3. A synchronous one is not queued: its call is made at once, on the thread of the caller.
 *
 *    state     | its turn comes         | the call returned   | abandon()
 *    WAITING   | UNDER_WAY, or ENDED if |                     | ENDED, nothing is told
 *              | it cannot be made      |                     |
 *    UNDER_WAY |                        | ENDED, told         | ENDED if no thread came to it; otherwise nothing changes,
 *              |                        |                     | but a call that is stuck is made to return
 *    ENDED     | passed over            |                     | nothing changes
 */
import { setImmediate } from 'node:timers';
import { showByteString, ValueError, type ByteString, type SpawnError, type SpawnRequest } from '@subwire/transport';
import { systemError } from '../native/systemErrors.js';
import { ChildStdio } from './childStdio.js';
import { environmentBlock, ownEnvironment } from './environment.js';
import { attributesOf, FileActions, SpawnCall } from './posixSpawn.js';
import { fileToExecute, searchEnvironment, startFailure, type SearchEnvironment } from './startFailure.js';
import { StartDirectory } from './startDirectory.js';
import type { StartJob } from './startJob.js';
import type { StartThread } from './startThread.js';
import type { StartThreads } from './startThreads.js';
import type { SpawnJob } from './spawnQueue.js';
import type { StringTable } from './stringTable.js';

/** Takes the outcome; one of the two is called, once, unless the attempt was abandoned. */
export interface SpawnOutcome {
  /** @param thread - Which is to be told when the child has ended, `null` if that is nobody's business. */
  onSpawned(pid: number, thread: StartThread | null): void;
  onFailed(error: SpawnError): void;
}

/** One spawn. */
export class SpawnAttempt implements SpawnJob {
  readonly stdio: ChildStdio;
  readonly #request: SpawnRequest;
  readonly #threads: StartThreads;
  readonly #searchEnv: SearchEnvironment;
  readonly #directory: StartDirectory;
  #env: StringTable | null;
  #state: 'WAITING' | 'UNDER_WAY' | 'ENDED' = 'WAITING';
  #call: SpawnCall | null = null;
  #place = -1;
  #pid: number | null = null;
  #outcome: SpawnOutcome | null = null;
  #failure: SpawnError | null = null;

  /**
   * @throws {SpawnError} if a descriptor that was given is not open.
   * @throws {ValueError} for an end of a pipe that another backend made.
   */
  constructor(request: SpawnRequest, threads: StartThreads) {
    this.#request = request;
    this.#threads = threads;
    this.#env = request.env === null ? ownEnvironment() : environmentBlock(request.env, request.envByBytes);
    this.#searchEnv = searchEnvironment(request);
    this.#directory = new StartDirectory(request.cwd);
    try {
      this.stdio = new ChildStdio(request.stdio, { kind: request.pipes ?? 'pipe', size: request.pipeSize });
    } catch (thrown) {
      if (thrown instanceof ValueError) {
        throw thrown;
      }
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

  start(): void {
    this.#begin((job) => {
      this.#place = this.#threads.start(job);
    });
  }

  /**
   * Starts the child on this thread, before it returns.
   * @throws {SpawnError} if there is no child.
   */
  startNow(): void {
    this.#begin((job) => {
      const errno = this.#threads.startHere(job);
      if (errno === 0) {
        this.#pid = job.call.pid;
      } else {
        throw systemError('posix_spawn', errno);
      }
    });
    if (this.#failure !== null) {
      throw this.#failure;
    }
  }

  /** The child of `startNow()`; `null` before a child that is started otherwise is told of. */
  get pid(): number | null {
    return this.#pid;
  }

  /**
   * Takes the attempt back.
   * @returns whether nothing was started, and nothing ever will be; nothing is told then.
   */
  abandon(): boolean {
    const call = this.#call;
    if (this.#state === 'ENDED') {
      return false;
    }
    if (this.#state === 'UNDER_WAY' && !this.#threads.takeBack(this.#place)) {
      this.#threads.breakOff(this.#place);
      return false;
    }
    call?.finish();
    this.#end();
    this.stdio.drop();
    return true;
  }

  #begin(start: (job: StartJob) => void): void {
    if (this.#state === 'ENDED') {
      return;
    }
    let file: ByteString | null = null;
    try {
      file = fileToExecute(this.#request, this.#searchEnv);
      const call = this.#prepare(file);
      const executed = file;
      this.#call = call;
      this.#state = 'UNDER_WAY';
      start({
        call,
        what: `${showByteString(file)}\0${showByteString(this.#request.cwd ?? '')}`,
        onReturned: (errno, pid, thread) => {
          this.#onReturned(errno, pid, thread, executed);
        },
      });
    } catch (thrown) {
      const error = startFailure(thrown, this.#request, file, this.#searchEnv);
      this.#end();
      this.stdio.drop();
      this.#failure = error;
      const outcome = this.#outcome;
      if (outcome !== null) {
        // Others may wait on this stack.
        setImmediate(() => {
          outcome.onFailed(error);
        });
      }
    }
  }

  #prepare(file: ByteString): SpawnCall {
    const request = this.#request;
    const actions = new FileActions();
    try {
      this.#directory.enter(actions);
      this.stdio.prepare(actions.memory);
      this.#directory.enterGiven(actions);
      const env = this.#env ?? ownEnvironment();
      return new SpawnCall({ file, argv: [request.program, ...request.args], env }, actions, attributesOf(request));
    } catch (thrown) {
      actions.free();
      throw thrown;
    }
  }

  #onReturned(errno: number, pid: number, thread: StartThread | null, file: ByteString): void {
    if (this.#state === 'ENDED') {
      // A failure that was thrown.
      return;
    }
    this.#end();
    if (errno === 0) {
      this.stdio.connect();
      this.#outcome?.onSpawned(pid, thread);
      return;
    }
    this.stdio.drop();
    const error = systemError('posix_spawn', errno);
    this.#outcome?.onFailed(startFailure(error, this.#request, file, this.#searchEnv));
  }

  #end(): void {
    this.#state = 'ENDED';
    this.#call = null;
    this.#env = null;
    this.#directory.close();
  }
}
