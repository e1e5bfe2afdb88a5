import {
  SubprocessProtocol,
  type CallbackError,
  type ReadTransport,
  type SubprocessTransport,
  type WriteTransport,
} from '@subwire/transport';
import { EventLog } from './waiting.js';

function reason(exc: Error | null): string {
  return exc === null ? '' : `:${exc.name}`;
}

/**
 * Logs every callback of a child: `made`, `data:1`, `lost:1`, `lost:0:BrokenPipeError`, `exited`, `pause`, `resume`, `lost`.
 *
 * The bytes are not in the log, because a case must not depend on how they were cut into chunks.
 */
export class Recorder extends SubprocessProtocol {
  readonly log: EventLog = new EventLog();
  /** The errors of callbacks that were reported. */
  readonly reports: CallbackError[] = [];
  /** The chunks of each descriptor, in order. */
  readonly chunks: Map<number, Uint8Array[]> = new Map();
  /** The return code during `processExited`. */
  returncodeAtExit: number | null | undefined = undefined;
  /** The error of each loss, by descriptor; -1 for that of `connectionLost`. */
  readonly reasons: Map<number, Error | null> = new Map();
  /** Whether `call` is running. */
  calling = false;
  /** The callbacks that were called during `call`. */
  readonly synchronous: string[] = [];
  readonly #hooks = new Map<string, () => void>();
  /** Number of bytes of each descriptor. */
  readonly #sizes = new Map<number, number>();
  #transport: SubprocessTransport | null = null;

  get lines(): readonly string[] {
    return this.log.lines;
  }

  /** The log with one line for successive chunks of a descriptor. */
  get order(): readonly string[] {
    return this.lines.filter((line, index) => !line.startsWith('data') || line !== this.lines[index - 1]);
  }

  get transport(): SubprocessTransport {
    if (this.#transport === null) {
      throw new Error('not connected');
    }
    return this.#transport;
  }

  get stdin(): WriteTransport {
    const stdin = this.transport.getPipeTransport(0);
    if (stdin === null) {
      throw new Error('stdin is not a pipe');
    }
    return stdin;
  }

  output(fd: number): ReadTransport {
    const output = this.transport.getPipeTransport(fd);
    if (output === null || !('pauseReading' in output)) {
      throw new Error(`${fd} is not an output`);
    }
    return output;
  }

  bytes(fd: number): Uint8Array {
    return Buffer.concat(this.chunks.get(fd) ?? []);
  }

  text(fd: number): string {
    return Buffer.from(this.bytes(fd)).toString('utf8');
  }

  size(fd: number): number {
    return this.#sizes.get(fd) ?? 0;
  }

  /** Calls `hook` in each callback that logs `line`. */
  on(line: string, hook: () => void): void {
    this.#hooks.set(line, hook);
  }

  /** Runs an action; callbacks that are called during it are added to `synchronous`. */
  call<T>(action: () => T): T {
    this.calling = true;
    try {
      return action();
    } finally {
      this.calling = false;
    }
  }

  /** Resolves when a line was logged that begins with `start`. */
  seen(start: string): Promise<void> {
    return this.log.until(start, () => this.lines.some((line) => line.startsWith(start)));
  }

  seenText(fd: number, text: string): Promise<void> {
    return this.log.until(`${JSON.stringify(text)} on ${fd}`, () => this.text(fd).includes(text));
  }

  seenBytes(fd: number, count: number): Promise<void> {
    return this.log.until(`${count} bytes on ${fd}`, () => this.size(fd) >= count);
  }

  /** Resolves after `processExited`, with the return code. */
  async exited(): Promise<number | null> {
    await this.seen('exited');
    return this.transport.getReturncode();
  }

  /** Resolves after the last callback, with the return code. */
  async ended(): Promise<number | null> {
    await this.log.until('connectionLost', () => this.reasons.has(-1));
    return this.transport.getReturncode();
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    this.record('made');
  }

  override connectionLost(exc: Error | null): void {
    this.reasons.set(-1, exc);
    this.record(`lost${reason(exc)}`, true);
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    const chunks = this.chunks.get(fd) ?? [];
    chunks.push(data);
    this.chunks.set(fd, chunks);
    this.#sizes.set(fd, this.size(fd) + data.length);
    this.record(`data:${fd}`);
  }

  override pipeConnectionLost(fd: number, exc: Error | null): void {
    this.reasons.set(fd, exc);
    this.record(`lost:${fd}${reason(exc)}`);
  }

  override processExited(): void {
    this.returncodeAtExit = this.#transport?.getReturncode();
    this.record('exited');
  }

  override pauseWriting(): void {
    this.record('pause');
  }

  override resumeWriting(): void {
    this.record('resume');
  }

  /** Adds a line to the log. */
  record(line: string, last = false): void {
    if (this.calling) {
      this.synchronous.push(line);
    }
    this.log.add(line, last);
    this.#hooks.get(line)?.();
  }
}

/** A recorder that offers memory of `size` bytes for output. */
export class BufferedRecorder extends Recorder {
  readonly hints: number[] = [];
  readonly #size: number;
  /** The memory, followed by guard bytes that must not change. */
  readonly memory: Uint8Array;

  constructor(size = 1_000) {
    super();
    this.#size = size;
    this.memory = new Uint8Array(size + 16).fill(0xee);
  }

  override getBuffer(fd: number, sizeHint: number): Uint8Array {
    void fd;
    this.hints.push(sizeHint);
    return this.memory.subarray(0, this.#size);
  }

  override bufferUpdated(fd: number, nbytes: number): void {
    super.pipeDataReceived(fd, this.memory.slice(0, nbytes));
  }

  override pipeDataReceived(fd: number): void {
    this.record(`unbuffered:${fd}`);
  }
}
