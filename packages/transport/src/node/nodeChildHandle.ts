import type { Readable, Writable } from 'node:stream';
import { ChildHandle, type ReadPipeHandle, type WritePipeHandle } from '../seam/childHandle.js';
import { NotSupportedError, SubprocessError, systemErrorCode } from '../contract/errors.js';
import { NodeReadPipe, NodeWritePipe, readableStdin } from './nodePipes.js';
import { signalName, signalNumber, type Signal } from '../contract/signals.js';

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
  removeAllListeners(event: 'error'): unknown;
}

/** Our ends of a child's pipes. */
export interface ChildPipes {
  readonly stdin: WritePipeHandle | null;
  readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
}

/** A child of `node:child_process`, perhaps before it exists. It keeps nothing that only its start needed. */
export class NodeChildHandle extends ChildHandle {
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  readonly #leadsGroup: boolean;
  /** `null` before the start and after the end. */
  #child: NodeChild | null = null;
  #killError: Error | null = null;

  constructor(pipes: ChildPipes, leadsGroup: boolean) {
    super();
    this.stdin = pipes.stdin;
    this.outputs = pipes.outputs;
    this.#leadsGroup = leadsGroup;
  }

  /** The child was started, in this very tick. */
  adopt(child: NodeChild): void {
    this.#child = child;
    child.once('spawn', () => {
      this.emit('spawn', child.pid ?? null);
    });
    child.once('exit', (code, signal) => {
      this.#child = null;
      // Node frees the `ChildProcess` late, if other children keep it busy; what hangs on it is freed now.
      child.removeAllListeners('error');
      child.on('error', ignoreError);
      this.emit('exit', signal === null ? (code ?? 0) : -signalNumber(signal));
    });
    child.on('error', (error) => {
      // After the start only a refused kill is reported here, and in the middle of `kill()`.
      this.#killError = error;
    });
  }

  /** The child will never start. */
  fail(error: Error): void {
    this.emit('error', error);
  }

  override kill(signal: Signal, scope: 'process' | 'group' = 'process'): boolean {
    const child = this.#child;
    if (child === null) {
      return false;
    }
    const number = signalNumber(signal);
    return scope === 'group' ? this.#killGroup(child, number) : this.#killProcess(child, number);
  }

  #killProcess(child: NodeChild, number: number): boolean {
    if (number !== 0 && signalName(number) === null) {
      return killByPid(child.pid, number);
    }
    this.#killError = null;
    const delivered = child.kill(number);
    if (this.#killError !== null) {
      throw killFailure(this.#killError);
    }
    return delivered;
  }

  #killGroup(child: NodeChild, number: number): boolean {
    if (!this.#leadsGroup) {
      throw new NotSupportedError('groupSignals', 'the child has no group of its own; start it with startNewSession');
    }
    return killByPid(child.pid === undefined ? undefined : -child.pid, number);
  }
}

/** Keeps a `ChildProcess` from throwing, and nothing alive. */
export function ignoreError(): void {
  // Whoever has to know it has been told in another way.
}

/** Node's own `kill` takes only signals that it has names for, and reaches only the process. */
function killByPid(pid: number | undefined, number: number): boolean {
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

function killFailure(cause: unknown): SubprocessError {
  return new SubprocessError(systemErrorCode(cause), 'the child cannot be signalled', { cause });
}

/**
 * Takes the streams away from Node; to be done in the tick of the spawn. Otherwise Node, at the child's exit, destroys the
 * input that a descendant may still read, and empties every output that nobody reads yet.
 */
export function takePipes(child: NodeChild): ChildPipes {
  return { stdin: takeStdin(child), outputs: takeOutputs(child) };
}

function takeStdin(child: NodeChild): WritePipeHandle | null {
  const { stdin } = child;
  child.stdin = null;
  return stdin ? new NodeWritePipe(readableStdin(stdin)) : null;
}

function takeOutputs(child: NodeChild): ReadonlyMap<number, ReadPipeHandle> {
  const outputs = new Map<number, ReadPipeHandle>();
  child.stdio.forEach((stream, fd) => {
    if (fd > 0 && stream !== null && stream !== undefined && 'readable' in stream) {
      outputs.set(fd, new NodeReadPipe(stream));
    }
  });
  (child.stdio as unknown[]).fill(null);
  child.stdout = null;
  child.stderr = null;
  return outputs;
}
