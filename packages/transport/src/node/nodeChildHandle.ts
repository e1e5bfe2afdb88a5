import type { Readable, Writable } from 'node:stream';
import type { SpawnRequest } from '../seam/backend.js';
import { ChildHandle, type KillAnswer, type ReadPipeHandle, type WritePipeHandle } from '../seam/childHandle.js';
import { NotSupportedError, SubprocessError, systemErrorCode } from '../contract/errors.js';
import { NodeReadPipe, readableStdin } from './nodePipes.js';
import { NodeWritePipe } from './nodeWritePipe.js';
import { spawnFailure } from '../seam/spawnFailure.js';
import { signalName, signalNumber, type Signal, type SignalScope } from '../contract/signals.js';

/** A `ChildProcess`, as far as it is used here: only the backend's own file knows the module. */
export interface NodeChild {
  readonly pid?: number | undefined;
  stdin: Writable | null;
  stdout: Readable | null;
  stderr: Readable | null;
  readonly stdio: readonly (Readable | Writable | null | undefined)[];
  kill(signal: number): boolean;
  once(event: 'spawn', listener: () => void): unknown;
  once(event: 'exit', listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * A child of `node:child_process`.
 *
 * Its streams are taken away from Node in the tick of the spawn: otherwise Node, at the child's exit, destroys the input
 * that a descendant may still read, and empties every output that nobody reads yet.
 */
export class NodeChildHandle extends ChildHandle {
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  readonly #child: NodeChild;
  readonly #leadsGroup: boolean;
  #started = false;
  #ended = false;
  #killError: Error | null = null;

  constructor(child: NodeChild, request: SpawnRequest, file: string) {
    super();
    this.#child = child;
    this.#leadsGroup = request.startNewSession;
    this.stdin = takeStdin(child);
    this.outputs = takeOutputs(child);
    child.once('spawn', () => {
      this.#started = true;
      this.emit('spawn', child.pid ?? null);
    });
    child.once('exit', (code, signal) => {
      this.#ended = true;
      this.emit('exit', { returncode: signal === null ? (code ?? 0) : -signalNumber(signal) });
    });
    child.on('error', (error) => {
      if (this.#started) {
        // After the start only a refused kill is reported here, and in the middle of `kill()`.
        this.#killError = error;
        return;
      }
      this.#closePipes();
      this.emit('error', spawnFailure(error, request, file));
    });
  }

  override get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /** `child_process` starts a child before `spawn()` returns: there is nothing to take back. */
  override abandon(): boolean {
    return false;
  }

  override kill(signal: Signal, scope: SignalScope = 'process'): KillAnswer {
    if (scope === 'tree') {
      throw new NotSupportedError('signalScopes', 'the node backend cannot signal the descendants of a child');
    }
    if (this.#ended) {
      return 'gone';
    }
    const number = signalNumber(signal);
    return (scope === 'group' ? this.#killGroup(number) : this.#killProcess(number)) ? 'sent' : 'gone';
  }

  #killProcess(number: number): boolean {
    if (number !== 0 && signalName(number) === null) {
      return this.#killByPid(this.#child.pid, number);
    }
    this.#killError = null;
    const delivered = this.#child.kill(number);
    if (this.#killError !== null) {
      throw killFailure(this.#killError);
    }
    return delivered;
  }

  #killGroup(number: number): boolean {
    if (!this.#leadsGroup) {
      throw new NotSupportedError('signalScopes', 'the child has no group of its own; start it with startNewSession');
    }
    const { pid } = this.#child;
    return this.#killByPid(pid === undefined ? undefined : -pid, number);
  }

  /** Node's own `kill` takes only signals that it has names for, and reaches only the process. */
  #killByPid(pid: number | undefined, number: number): boolean {
    // 0, 1 and -1 are our own group, init, and everybody.
    if (pid === undefined || Math.abs(pid) <= 1) {
      return false;
    }
    try {
      return process.kill(pid, number);
    } catch (thrown) {
      if (systemErrorCode(thrown) === 'ESRCH') {
        return false;
      }
      throw killFailure(thrown);
    }
  }

  #closePipes(): void {
    this.stdin?.removeAllListeners();
    this.stdin?.destroy();
    for (const output of this.outputs.values()) {
      output.removeAllListeners();
      output.close();
    }
  }
}

function killFailure(cause: unknown): SubprocessError {
  return new SubprocessError(systemErrorCode(cause), 'the child cannot be signalled', { cause });
}

function takeStdin(child: NodeChild): WritePipeHandle | null {
  const { stdin } = child;
  child.stdin = null;
  return stdin ? new NodeWritePipe(readableStdin(stdin)) : null;
}

function takeOutputs(child: NodeChild): ReadonlyMap<number, ReadPipeHandle> {
  const outputs = new Map<number, ReadPipeHandle>();
  // Node leaves `stdio` undefined if it ran out of descriptors.
  const stdio = (child.stdio as NodeChild['stdio'] | undefined) ?? [];
  stdio.forEach((stream, fd) => {
    if (fd > 0 && stream !== null && stream !== undefined && 'readable' in stream) {
      outputs.set(fd, new NodeReadPipe(stream));
    }
  });
  (stdio as unknown[]).fill(null);
  child.stdout = null;
  child.stderr = null;
  return outputs;
}
