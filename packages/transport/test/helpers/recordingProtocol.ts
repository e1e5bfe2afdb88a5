import { setImmediate as nextTurn } from 'node:timers/promises';
import { Protocol, SubprocessProtocol } from '../../src/contract/protocols.js';
import type { ReadTransport, SubprocessTransport, WriteTransport } from '../../src/contract/transports.js';
import { text } from './bytes.js';

/** Keeps a log of short strings and tells when it has grown. */
export class Log {
  readonly lines: string[] = [];
  readonly #watchers = new Set<() => void>();

  add(line: string): void {
    this.lines.push(line);
    for (const watcher of this.#watchers) {
      watcher();
    }
  }

  /** Resolves once `done` says so; it is asked after each line. */
  async until(done: () => boolean): Promise<void> {
    if (done()) {
      return;
    }
    await new Promise<void>((resolve) => {
      const watcher = (): void => {
        if (done()) {
          this.#watchers.delete(watcher);
          resolve();
        }
      };
      this.#watchers.add(watcher);
    });
  }
}

function reason(exc: Error | null): string {
  return exc === null ? '' : `:${exc.name}`;
}

/**
 * Logs every callback: `made`, `data:1:hi`, `lost:1`, `lost:0:BrokenPipeError`, `exited`, `pause`, `resume`, `lost`.
 *
 * `hooks` maps a log line (or its first word) to code that runs inside that callback, after it was logged.
 */
export class RecordingProtocol extends SubprocessProtocol {
  readonly log = new Log();
  readonly hooks = new Map<string, () => void>();
  readonly #chunks = new Map<number, Uint8Array[]>();
  #transport: SubprocessTransport | null = null;

  get lines(): readonly string[] {
    return this.log.lines;
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

  /** The log without what was read: `data:1` stands for any number of chunks in a row. */
  get order(): string[] {
    const lines = this.lines.map((line) => line.replace(/^(data:\d+):[^]*$/, '$1'));
    return lines.filter((line, index) => !line.startsWith('data') || line !== lines[index - 1]);
  }

  get exited(): Promise<void> {
    return this.until(() => this.lines.includes('exited'));
  }

  /** The end of the transport: the very last callback. */
  get lost(): Promise<void> {
    return this.until(() => this.lines.some((line) => line === 'lost' || /^lost:[^\d]/.test(line)));
  }

  until(done: () => boolean): Promise<void> {
    return this.log.until(done);
  }

  /** Resolves once `fd` has delivered `wanted` or more. */
  untilText(fd: number, wanted: string): Promise<void> {
    return this.until(() => this.text(fd).includes(wanted));
  }

  data(fd: number): Uint8Array {
    return Buffer.concat(this.#chunks.get(fd) ?? []);
  }

  text(fd: number): string {
    return text(this.data(fd));
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    this.#record('made');
  }

  override connectionLost(exc: Error | null): void {
    this.#record(`lost${reason(exc)}`);
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    const chunks = this.#chunks.get(fd) ?? [];
    chunks.push(data);
    this.#chunks.set(fd, chunks);
    this.#record(`data:${fd}:${data.length > 40 ? data.length : text(data)}`);
  }

  override pipeConnectionLost(fd: number, exc: Error | null): void {
    this.#record(`lost:${fd}${reason(exc)}`);
  }

  override processExited(): void {
    this.#record('exited');
  }

  override pauseWriting(): void {
    this.#record('pause');
  }

  override resumeWriting(): void {
    this.#record('resume');
  }

  #record(line: string): void {
    this.log.add(line);
    this.hooks.get(line)?.();
  }
}

/** The same for one pipe: `made`, `data:hi`, `eof`, `pause`, `resume`, `lost`, `lost:BrokenPipeError`. */
export class RecordingPipeProtocol extends Protocol {
  readonly log = new Log();
  readonly hooks = new Map<string, () => void>();
  readonly #chunks: Uint8Array[] = [];
  lossReason: Error | null = null;

  get lines(): readonly string[] {
    return this.log.lines;
  }

  get data(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return text(this.data);
  }

  get lost(): Promise<void> {
    return this.log.until(() => this.lines.some((line) => line.startsWith('lost')));
  }

  override connectionMade(_transport: ReadTransport): void {
    this.#record('made');
  }

  override dataReceived(data: Uint8Array): void {
    this.#chunks.push(data);
    this.#record(`data:${data.length > 40 ? data.length : text(data)}`);
  }

  override eofReceived(): void {
    this.#record('eof');
  }

  override connectionLost(exc: Error | null): void {
    this.lossReason = exc;
    this.#record(`lost${reason(exc)}`);
  }

  override pauseWriting(): void {
    this.#record('pause');
  }

  override resumeWriting(): void {
    this.#record('resume');
  }

  #record(line: string): void {
    this.log.add(line);
    this.hooks.get(line)?.();
  }
}

/** Lets everything that is already scheduled run; for "and then nothing more happens". */
export async function settle(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await nextTurn();
  }
}
