/** A child whose every event is emitted by the test. */
import type { BackendCapabilities, SpawnRequest, SubprocessBackend } from '../../src/seam/backend.js';
import { ChildHandle, ReadPipeHandle, WritePipeHandle, type KillAnswer } from '../../src/seam/childHandle.js';
import { systemClock, type Clock } from '../../src/contract/clock.js';
import type { Signal, SignalScope } from '../../src/contract/signals.js';
import { bytes } from './bytes.js';

/** Records what is asked of it; `data` and `finish` are the test's. */
export class StubReadPipe extends ReadPipeHandle {
  readonly calls: string[] = [];
  #finished = false;

  /** Whether data may be emitted now. */
  get flowing(): boolean {
    return (
      !this.#finished && this.calls.findLast((call) => call !== 'close') === 'resume' && !this.calls.includes('close')
    );
  }

  get finished(): boolean {
    return this.#finished;
  }

  override resume(): void {
    this.calls.push('resume');
  }

  override pause(): void {
    this.calls.push('pause');
  }

  override close(): void {
    this.calls.push('close');
  }

  /** Emits a chunk. */
  data(chunk: string | Uint8Array): void {
    this.emit('data', bytes(chunk));
  }

  /** Emits the end, once. */
  finish(error: Error | null = null): void {
    if (!this.#finished) {
      this.#finished = true;
      this.emit('close', error);
    }
  }
}

/** Keeps what is written until `flush`, unless `takesAll`. */
export class StubWritePipe extends WritePipeHandle {
  readonly calls: string[] = [];
  readonly chunks: Uint8Array[] = [];
  /** Takes every chunk within `write`, and whatever was held back before. */
  takesAll = false;
  readonly #held: ((error?: Error | null) => void)[] = [];
  #finished = false;

  /** Everything written so far, taken or not. */
  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  get held(): number {
    return this.#held.length;
  }

  get finished(): boolean {
    return this.#finished;
  }

  override write(chunk: Uint8Array, flushed: (error?: Error | null) => void): void {
    this.chunks.push(Uint8Array.from(chunk));
    this.#held.push(flushed);
    if (this.takesAll) {
      this.flush();
    }
  }

  override end(): void {
    this.calls.push('end');
  }

  override destroy(): void {
    this.calls.push('destroy');
  }

  /** Reports the oldest `count` chunks as taken. */
  flush(count = this.#held.length, error?: Error): void {
    for (const flushed of this.#held.splice(0, count)) {
      flushed(error);
    }
  }

  /** Emits the end, once; what is held then never was taken. */
  finish(error: Error | null = null): void {
    if (!this.#finished) {
      this.#finished = true;
      this.flush(this.#held.length, new Error('never taken'));
      this.emit('close', error);
    }
  }
}

/** Which pipes a stub child has. */
export interface StubChildShape {
  readonly stdin?: boolean;
  readonly outputs?: readonly number[];
}

/** A child in the hands of a test. */
export class StubChild extends ChildHandle {
  override readonly stdin: StubWritePipe | null;
  override readonly outputs: ReadonlyMap<number, StubReadPipe>;
  readonly kills: string[] = [];
  /** What `kill` does after it was recorded. */
  onKill: () => KillAnswer = () => 'sent';
  /** What `abandon` answers. */
  takesBack = false;
  abandoned = 0;
  refs: string[] = [];
  /** Runs before the `spawn` event is emitted. */
  beforeStart: () => void = () => undefined;

  constructor({ stdin = true, outputs = [1, 2] }: StubChildShape = {}) {
    super();
    this.stdin = stdin ? new StubWritePipe() : null;
    this.outputs = new Map(outputs.map((fd) => [fd, new StubReadPipe()]));
  }

  get input(): StubWritePipe {
    if (this.stdin === null) {
      throw new Error('this stub has no stdin');
    }
    return this.stdin;
  }

  output(fd: number): StubReadPipe {
    const pipe = this.outputs.get(fd);
    if (pipe === undefined) {
      throw new Error(`this stub has no output ${fd}`);
    }
    return pipe;
  }

  override abandon(): boolean {
    this.abandoned += 1;
    return this.takesBack;
  }

  override kill(signal: Signal, scope: SignalScope = 'process'): KillAnswer {
    this.kills.push(scope === 'process' ? String(signal) : `${scope}:${signal}`);
    return this.onKill();
  }

  override ref(): void {
    this.refs.push('ref');
  }

  override unref(): void {
    this.refs.push('unref');
  }

  started(pid: number | null = 42): void {
    this.beforeStart();
    this.emit('spawn', pid);
  }

  /** Ends every pipe, as when a process dies that shared them with nobody. */
  finishPipes(): void {
    this.stdin?.finish();
    for (const output of this.outputs.values()) {
      output.finish();
    }
  }

  exited(returncode = 0): void {
    this.emit('exit', { returncode });
  }
}

/** Every capability; a test takes some away. */
export const EVERYTHING: BackendCapabilities = {
  pids: 'local',
  signals: 'all',
  signalScopes: ['process', 'group', 'tree'],
  realtimeSignals: true,
  newSession: true,
  processGroup: true,
  identity: true,
  descriptors: true,
  extraFds: true,
  closeFds: true,
  pipes: ['pipe', 'socket'],
  pipeSize: true,
  stdinPeerClose: true,
  offThreadSpawn: true,
  readInto: false,
  loss: true,
  bytes: true,
  synchronousSpawn: true,
  createPipe: true,
  resourceUsage: true,
};

/** A backend that hands out stub children and records the requests. */
export class StubBackend implements SubprocessBackend {
  readonly name = 'stub';
  readonly supports: BackendCapabilities;
  readonly requests: SpawnRequest[] = [];
  readonly #makeChild: () => ChildHandle;

  constructor(
    makeChild: ChildHandle | (() => ChildHandle),
    lacks: Partial<BackendCapabilities> = {},
    readonly clock: Clock = systemClock,
  ) {
    this.#makeChild = typeof makeChild === 'function' ? makeChild : () => makeChild;
    this.supports = { ...EVERYTHING, ...lacks };
  }

  spawn(request: SpawnRequest): ChildHandle {
    this.requests.push(request);
    return this.#makeChild();
  }
}
