import type {
  ChildExit,
  ChildHandle,
  ReadPipeHandle,
  SpawnRequest,
  StdioSlot,
  SubprocessBackend,
  WritePipeHandle,
} from '@subwire/transport';
import { EventLog } from './waiting.js';

const PIPE_SLOT: StdioSlot = { kind: 'pipe' };

/** Returns a request with pipes at 0, 1 and 2; `over` replaces fields of it. */
export function spawnRequest(program: string, args: readonly string[], over: Partial<SpawnRequest> = {}): SpawnRequest {
  return {
    program,
    args,
    executable: null,
    stdio: new Map([0, 1, 2].map((fd) => [fd, PIPE_SLOT])),
    cwd: null,
    env: null,
    envByBytes: [],
    startNewSession: false,
    processGroup: null,
    pipeSize: null,
    user: null,
    group: null,
    pipes: null,
    synchronous: false,
    ...over,
  };
}

function reason(error: Error | null): string {
  return error === null ? '' : `:${error.name}`;
}

/**
 * Uses a `ChildHandle` instead of a transport, and logs its events: `spawn`, `data:1`, `close:1`, `exit:0`, `error`, `lost`.
 */
export class HandleRecorder {
  readonly log: EventLog = new EventLog();
  readonly child: ChildHandle;
  readonly chunks: Map<number, Uint8Array[]> = new Map();
  /** The events that were emitted during a call of a method of a handle. */
  readonly synchronous: string[] = [];
  pid: number | null = null;
  /** The `exit` event. */
  end: ChildExit | null = null;
  error: Error | null = null;
  #calling = true;

  constructor(backend: SubprocessBackend, request: SpawnRequest) {
    this.child = backend.spawn(request);
    const { stdin, outputs } = this.child;
    this.child.on('spawn', (pid) => {
      this.pid = pid;
      this.#record('spawn');
    });
    this.child.on('exit', (end) => {
      this.end = end;
      this.#record(`exit:${end.returncode}`);
    });
    this.child.on('lost', () => {
      this.#record('lost');
    });
    this.child.on('error', (error) => {
      this.error = error;
      this.#record('error');
    });
    stdin?.on('close', (error) => {
      this.#record(`close:0${reason(error)}`);
    });
    for (const [fd, output] of outputs) {
      this.#listen(fd, output);
    }
    this.#calling = false;
  }

  get returncode(): number | null {
    return this.end?.returncode ?? null;
  }

  get lines(): readonly string[] {
    return this.log.lines;
  }

  get stdin(): WritePipeHandle {
    if (this.child.stdin === null) {
      throw new Error('there is no input');
    }
    return this.child.stdin;
  }

  output(fd: number): ReadPipeHandle {
    const output = this.child.outputs.get(fd);
    if (output === undefined) {
      throw new Error(`there is no output ${fd}`);
    }
    return output;
  }

  /** Runs an action; events that are emitted during it are added to `synchronous`. */
  call<T>(action: () => T): T {
    this.#calling = true;
    try {
      return action();
    } finally {
      this.#calling = false;
    }
  }

  resumeAll(): void {
    for (const output of this.child.outputs.values()) {
      output.resume();
    }
  }

  bytes(fd: number): Uint8Array {
    return Buffer.concat(this.chunks.get(fd) ?? []);
  }

  text(fd: number): string {
    return Buffer.from(this.bytes(fd)).toString('utf8');
  }

  /** Resolves when a line was logged that begins with `start`. */
  seen(start: string): Promise<void> {
    return this.log.until(start, () => this.lines.some((line) => line.startsWith(start)));
  }

  seenText(fd: number, text: string): Promise<void> {
    return this.log.until(`${JSON.stringify(text)} on ${fd}`, () => this.text(fd).includes(text));
  }

  /** Resolves when the child has started, or will not start. */
  started(): Promise<void> {
    return this.log.until('spawn', () => this.log.has('spawn') || this.over);
  }

  /** Resolves after the exit of the child and the close of all pipes. */
  async ended(): Promise<void> {
    await this.seen('exit');
    const fds = [...this.child.outputs.keys(), ...(this.child.stdin === null ? [] : [0])];
    await Promise.all(fds.map((fd) => this.seen(`close:${fd}`)));
  }

  /** Whether the child has ended, could not start, or was lost. */
  get over(): boolean {
    return this.returncode !== null || this.error !== null || this.log.has('lost');
  }

  #listen(fd: number, output: ReadPipeHandle): void {
    const chunks: Uint8Array[] = [];
    this.chunks.set(fd, chunks);
    output.on('data', (chunk) => {
      chunks.push(chunk);
      this.#record(`data:${fd}`);
    });
    output.on('close', (error) => {
      this.#record(`close:${fd}${reason(error)}`);
    });
  }

  #record(line: string): void {
    if (this.#calling) {
      this.synchronous.push(line);
    }
    this.log.add(line);
  }
}
