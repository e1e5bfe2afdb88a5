import {
  ChildHandle,
  nodeBackend,
  ReadPipeHandle,
  WritePipeHandle,
  type BackendCapabilities,
  type ChildExit,
  type KillAnswer,
  type Signal,
  type SignalScope,
  type SpawnRequest,
  type SubprocessBackend,
} from '@subwire/transport';

type Flushed = (error?: Error | null) => void;

/** A read pipe that hands everything on; a bug overrides one method. */
export class WrappedReadPipe extends ReadPipeHandle {
  readonly inner: ReadPipeHandle;

  constructor(inner: ReadPipeHandle) {
    super();
    this.inner = inner;
    inner.on('data', (chunk) => {
      this.onData(chunk);
    });
    inner.on('close', (error) => {
      this.onClose(error);
    });
  }

  onData(chunk: Uint8Array): void {
    this.emit('data', chunk);
  }

  onClose(error: Error | null): void {
    this.emit('close', error);
  }

  override resume(): void {
    this.inner.resume();
  }

  override pause(): void {
    this.inner.pause();
  }

  override close(): void {
    this.inner.close();
  }
}

/** A write pipe that hands everything on. */
export class WrappedWritePipe extends WritePipeHandle {
  readonly inner: WritePipeHandle;

  constructor(inner: WritePipeHandle) {
    super();
    this.inner = inner;
    inner.on('close', (error) => {
      this.onClose(error);
    });
  }

  onClose(error: Error | null): void {
    this.emit('close', error);
  }

  override write(chunk: Uint8Array, flushed: Flushed): void {
    this.inner.write(chunk, flushed);
  }

  override end(): void {
    this.inner.end();
  }

  override destroy(): void {
    this.inner.destroy();
  }
}

/** What a bug is made of: wrappers of its own, and changes of the request and of the manifest. */
export interface Bug {
  readonly child?: new (inner: ChildHandle, bug: Bug) => WrappedChild;
  readonly read?: new (inner: ReadPipeHandle) => WrappedReadPipe;
  readonly write?: new (inner: WritePipeHandle) => WrappedWritePipe;
  readonly supports?: Partial<BackendCapabilities>;
  readonly request?: (request: SpawnRequest) => SpawnRequest;
  /** Takes the place of a throw of `spawn()`. */
  readonly refused?: (error: Error) => ChildHandle;
}

/** A child that hands everything on. */
export class WrappedChild extends ChildHandle {
  readonly inner: ChildHandle;
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;

  constructor(inner: ChildHandle, bug: Bug) {
    super();
    this.inner = inner;
    this.stdin = inner.stdin === null ? null : new (bug.write ?? WrappedWritePipe)(inner.stdin);
    this.outputs = new Map([...inner.outputs].map(([fd, pipe]) => [fd, new (bug.read ?? WrappedReadPipe)(pipe)]));
    inner.on('spawn', (pid) => {
      this.onSpawn(pid);
    });
    inner.on('exit', (end) => {
      this.onExit(end);
    });
    inner.on('error', (error) => {
      this.emit('error', error);
    });
  }

  onSpawn(pid: number | null): void {
    this.emit('spawn', pid);
  }

  onExit(end: ChildExit): void {
    this.emit('exit', end);
  }

  override get pid(): number | null {
    return this.inner.pid;
  }

  override abandon(): boolean {
    return this.inner.abandon();
  }

  override kill(signal: Signal, scope?: SignalScope): KillAnswer {
    return this.inner.kill(signal, scope);
  }
}

/** The node backend with a bug, and a way to end what it leaves behind. */
export class BuggyBackend implements SubprocessBackend {
  readonly name = 'buggy';
  readonly supports: BackendCapabilities;
  readonly #bug: Bug;
  readonly #living = new Set<ChildHandle>();

  constructor(bug: Bug) {
    this.#bug = bug;
    this.supports = { ...nodeBackend.supports, ...bug.supports };
  }

  spawn(request: SpawnRequest): ChildHandle {
    try {
      const inner = nodeBackend.spawn(this.#bug.request?.(request) ?? request);
      this.#living.add(inner);
      inner.on('exit', () => this.#living.delete(inner));
      inner.on('error', () => this.#living.delete(inner));
      return new (this.#bug.child ?? WrappedChild)(inner, this.#bug);
    } catch (thrown) {
      if (this.#bug.refused === undefined) {
        throw thrown;
      }
      return this.#bug.refused(thrown as Error);
    }
  }

  /** Kills and closes what a bug kept from being ended. */
  async dispose(): Promise<void> {
    for (const inner of this.#living) {
      inner.stdin?.destroy();
      inner.outputs.forEach((output) => {
        output.close();
      });
      await new Promise<void>((resolve) => {
        inner.on('exit', () => {
          resolve();
        });
        inner.kill('SIGKILL');
      });
    }
  }
}
