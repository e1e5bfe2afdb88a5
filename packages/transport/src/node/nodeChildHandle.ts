/**
 * A child of `node:child_process`, perhaps before it exists. States, and what may happen in each:
 *
 * | state     | it is                                            | next                                        | `abandon()` |
 * | --------- | ------------------------------------------------ | ------------------------------------------- | ----------- |
 * | `waiting` | to be started in a later turn (`sharedPipe.ts`)  | `adopt` → started, `refuse` → refused, over | true → over |
 * | `refused` | not to be started; the error is on its way       | `fail` → over                               | true → over |
 * | `started` | made, and Node has not said so yet               | `spawn` → running                           | false       |
 * | `running` | running                                          | `exit` → ended                              | false       |
 * | `ended`   | reaped; its group may live on (`endedGroup.ts`)  |                                             | false       |
 * | `over`    | never started, and nobody hears of it any more   |                                             | true        |
 *
 * It keeps nothing that only its start needed, and of an ended child only its number.
 */
import { ChildHandle, type KillAnswer, type ReadPipeHandle, type WritePipeHandle } from '../seam/childHandle.js';
import { NotSupportedError } from '../contract/errors.js';
import { signalName, signalNumber, type Signal, type SignalScope } from '../contract/signals.js';
import { EndedGroup } from './endedGroup.js';
import { killByPid, killFailure } from './killByPid.js';
import type { ChildPipes } from './childPipes.js';
import type { NodeChild } from './nodeChild.js';

type State = 'waiting' | 'refused' | 'started' | 'running' | 'ended' | 'over';

/** The handle of a child; see the table at the top. */
export class NodeChildHandle extends ChildHandle {
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  readonly #pipes: ChildPipes;
  readonly #leadsGroup: boolean;
  #state: State = 'waiting';
  #takeBack: (() => void) | null = null;
  /** From `started` to `running`. */
  #child: NodeChild | null = null;
  #pid: number | null = null;
  #group: EndedGroup | null = null;
  #killError: Error | null = null;
  #keepsAlive = true;

  constructor(pipes: ChildPipes, leadsGroup: boolean) {
    super();
    this.#pipes = pipes;
    this.stdin = pipes.stdin;
    this.outputs = pipes.outputs;
    this.#leadsGroup = leadsGroup;
  }

  override get pid(): number | null {
    return this.#pid;
  }

  /** The start waits for something, and `takeBack` undoes that. */
  waitFor(takeBack: () => void): void {
    this.#takeBack = takeBack;
  }

  /** The child was made, in this very tick. */
  adopt(child: NodeChild): void {
    this.#state = 'started';
    this.#takeBack = null;
    this.#child = child;
    this.#pid = child.pid ?? null;
    if (!this.#keepsAlive) {
      this.unref();
    }
    child.once('spawn', () => {
      this.#state = 'running';
      this.emit('spawn', this.#pid);
    });
    child.once('exit', (code, signal) => {
      this.#onExit(child, signal === null ? (code ?? 0) : -signalNumber(signal));
    });
    child.on('error', (error) => {
      // After the start only a refused kill is reported here, and in the middle of `kill()`.
      this.#killError = error;
    });
  }

  /** There will be no child; `fail` says why in a later tick. */
  refuse(): void {
    this.#state = 'refused';
    this.#takeBack = null;
  }

  /** Says why there is no child. */
  fail(error: Error): void {
    if (this.#state !== 'over') {
      this.#state = 'over';
      this.#takeBack = null;
      this.emit('error', error);
    }
  }

  override abandon(): boolean {
    if (this.#child !== null || this.#state === 'ended') {
      return false;
    }
    this.#state = 'over';
    this.#takeBack?.();
    this.#takeBack = null;
    return true;
  }

  override kill(signal: Signal, scope: SignalScope = 'process'): KillAnswer {
    if (scope === 'tree') {
      throw new NotSupportedError('signalScopes', 'the node backend cannot signal the descendants of a child');
    }
    if (scope === 'group' && !this.#leadsGroup) {
      throw new NotSupportedError('signalScopes', 'the child has no group of its own; start it with startNewSession');
    }
    const number = signalNumber(signal);
    const isSent = scope === 'group' ? this.#killGroup(number) : this.#killProcess(number);
    return isSent ? 'sent' : 'gone';
  }

  override ref(): void {
    this.#keepsAlive = true;
    this.#child?.ref();
    this.#pipes.ref();
  }

  override unref(): void {
    this.#keepsAlive = false;
    this.#child?.unref();
    this.#pipes.unref();
  }

  #onExit(child: NodeChild, returncode: number): void {
    this.#state = 'ended';
    this.#child = null;
    // Node frees the `ChildProcess` late, if other children keep it busy; what hangs on it is freed now.
    child.removeAllListeners('error');
    child.on('error', ignoreError);
    if (this.#leadsGroup && this.#pid !== null) {
      this.#group = EndedGroup.of(this.#pid);
    }
    this.emit('exit', { returncode });
  }

  #killProcess(number: number): boolean {
    const child = this.#child;
    if (child === null) {
      return false;
    }
    if (number !== 0 && signalName(number) === null) {
      // Node's own `kill` takes only signals that it has names for.
      return killByPid(this.#pid, number);
    }
    this.#killError = null;
    const delivered = child.kill(number);
    if (this.#killError !== null) {
      throw killFailure(this.#killError);
    }
    return delivered;
  }

  #killGroup(number: number): boolean {
    if (this.#child !== null && this.#pid !== null) {
      return killByPid(-this.#pid, number);
    }
    if (this.#group?.isAlive() !== true) {
      this.#group = null;
      return false;
    }
    return killByPid(-this.#group.id, number);
  }
}

/** Keeps a `ChildProcess` from throwing, and nothing alive. */
export function ignoreError(): void {
  // Whoever has to know it has been told in another way.
}
