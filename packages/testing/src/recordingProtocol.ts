import { SubprocessProtocol, type SubprocessTransport } from '@subwire/transport';

interface LogWaiter {
  readonly predicate: (log: readonly string[]) => boolean;
  readonly resolve: () => void;
}

/** Longest data that is shown in the log as text. */
const SHOWN_BYTES = 64;

/**
 * Writes down what it is told, one short string a callback: `made`, `data:1:hi`, `lost:1`, `exited:0`, `pause`,
 * `resume`, `lost`; an error is added by its code or name (`lost:0:EPIPE`), and long data is shown by its length.
 */
export class RecordingProtocol extends SubprocessProtocol {
  /** What came so far. */
  readonly log: string[] = [];
  readonly #chunks = new Map<number, Uint8Array[]>();
  readonly #waiters = new Set<LogWaiter>();
  #transport: SubprocessTransport | null = null;

  /** The transport, from `connectionMade` on. */
  get transport(): SubprocessTransport {
    if (this.#transport === null) {
      throw new Error('connectionMade has not been called');
    }
    return this.#transport;
  }

  /** Everything that came from one output. */
  bytes(fd: number): Uint8Array {
    const chunks = this.#chunks.get(fd) ?? [];
    const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let offset = 0;
    for (const chunk of chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }

  /** Everything that came from one output, as text. */
  text(fd: number): string {
    return new TextDecoder().decode(this.bytes(fd));
  }

  /** Resolves when the log satisfies a predicate, or has an entry that is or begins with a text. */
  until(wanted: string | ((log: readonly string[]) => boolean)): Promise<void> {
    const predicate =
      typeof wanted === 'function'
        ? wanted
        : (log: readonly string[]): boolean => log.some((entry) => entry === wanted || entry.startsWith(`${wanted}:`));
    if (predicate(this.log)) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiters.add({ predicate, resolve });
    });
  }

  /** Resolves at `processExited`. */
  get exited(): Promise<void> {
    return this.until('exited');
  }

  /** Resolves at `connectionLost`. */
  get lost(): Promise<void> {
    return this.until((log) => log.some((entry) => entry === 'lost' || /^lost:\D/.test(entry)));
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    this.#note('made');
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    this.#chunks.set(fd, [...(this.#chunks.get(fd) ?? []), data]);
    const shown = data.length <= SHOWN_BYTES ? new TextDecoder().decode(data).trimEnd() : `${data.length} bytes`;
    this.#note(`data:${fd}:${shown}`);
  }

  override pipeConnectionLost(fd: number, exc: Error | null): void {
    this.#note(`lost:${fd}${suffix(exc)}`);
  }

  override processExited(): void {
    this.#note(`exited:${this.transport.getReturncode()}`);
  }

  override pauseWriting(): void {
    this.#note('pause');
  }

  override resumeWriting(): void {
    this.#note('resume');
  }

  override connectionLost(exc: Error | null): void {
    this.#note(`lost${suffix(exc)}`);
  }

  #note(entry: string): void {
    this.log.push(entry);
    for (const waiter of [...this.#waiters]) {
      if (waiter.predicate(this.log)) {
        this.#waiters.delete(waiter);
        waiter.resolve();
      }
    }
  }
}

function suffix(error: Error | null): string {
  if (error === null) {
    return '';
  }
  return `:${'code' in error ? String(error.code) : error.name}`;
}
