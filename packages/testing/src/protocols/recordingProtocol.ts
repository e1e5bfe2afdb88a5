import { SubprocessProtocol, type SubprocessTransport } from '@subwire/transport';
import { joinBytes, textOf } from '../bytes/bytes.js';

interface LogWaiter {
  /** Called for each new entry, after it was added to the log; returns whether it ends the wait. */
  readonly isMet: (entry: string) => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Longest data that is logged as text. */
const SHOWN_BYTES = 64;

/**
 * A protocol that logs every callback as a short string: `made`, `data:1:hi`, `lost:1`, `exited:0`, `pause`, `resume`,
 * `lost`.
 *
 * An error is logged with its code or name, as in `lost:0:EPIPE`. Data is logged without white space at its end. Of data
 * that is long, or not UTF-8, the length is logged.
 */
export class RecordingProtocol extends SubprocessProtocol {
  /** The entries so far. */
  readonly log: string[] = [];
  readonly #chunks = new Map<number, Uint8Array[]>();
  readonly #waiters = new Set<LogWaiter>();
  #transport: SubprocessTransport | null = null;

  /**
   * The transport.
   * @throws {Error} before `connectionMade`.
   */
  get transport(): SubprocessTransport {
    if (this.#transport === null) {
      throw new Error('connectionMade has not been called');
    }
    return this.#transport;
  }

  /** Returns all bytes of one output so far. */
  bytes(fd: number): Uint8Array {
    return joinBytes(this.#chunks.get(fd) ?? []);
  }

  /** Returns all bytes of one output so far, as UTF-8 text. */
  text(fd: number): string {
    return new TextDecoder().decode(this.bytes(fd));
  }

  /**
   * The log without what asyncio does not specify: the cuts between chunks, the order of the descriptors and of the exit,
   * and flow control. Two runs in which the same happened have equal ones.
   */
  get normalizedLog(): readonly string[] {
    const lines = this.log.filter((entry) => !/^(made|data:|pause|resume)/.test(entry));
    const outputs = [...this.#chunks.keys()].map((fd) => `data:${fd}:${show(this.bytes(fd))}`);
    const last = lines.filter(isLast);
    return ['made', ...[...outputs, ...lines.filter((line) => !isLast(line))].sort(), ...last];
  }

  /**
   * Resolves when an entry was logged, or a predicate accepts the log.
   *
   * @param wanted - The entry or its beginning up to a colon (`'data:1'`, `'exited'`), or a predicate.
   * @throws {Error} (rejects) that shows the log, if `connectionLost` comes before that.
   */
  until(wanted: string | ((log: readonly string[]) => boolean)): Promise<void> {
    return typeof wanted === 'function'
      ? this.#wait(wanted(this.log), () => wanted(this.log))
      : this.#untilEntry((entry) => entry === wanted || isMore(entry, wanted));
  }

  /** Resolves after `processExited`. */
  get exited(): Promise<void> {
    return this.until('exited');
  }

  /** Resolves after `connectionLost`. */
  get lost(): Promise<void> {
    return this.#untilEntry(isLast);
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    this.#note('made');
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    const chunks = this.#chunks.get(fd) ?? [];
    chunks.push(data);
    this.#chunks.set(fd, chunks);
    this.#note(`data:${fd}:${show(data)}`);
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

  /** Checks each entry once, so that a wait for many entries takes linear time. */
  #untilEntry(isMet: (entry: string) => boolean): Promise<void> {
    return this.#wait(this.log.some(isMet), isMet);
  }

  #wait(isMetNow: boolean, isMet: (entry: string) => boolean): Promise<void> {
    if (isMetNow) {
      return Promise.resolve();
    }
    if (this.#isOver) {
      return Promise.reject(this.#overError());
    }
    return new Promise((resolve, reject) => {
      this.#waiters.add({ isMet, resolve, reject });
    });
  }

  get #isOver(): boolean {
    return this.log.some(isLast);
  }

  #overError(): Error {
    return new Error(`what is waited for never came; the log: ${this.log.join(', ')}`);
  }

  #note(entry: string): void {
    this.log.push(entry);
    for (const waiter of [...this.#waiters]) {
      if (waiter.isMet(entry)) {
        this.#waiters.delete(waiter);
        waiter.resolve();
      } else if (isLast(entry)) {
        this.#waiters.delete(waiter);
        waiter.reject(this.#overError());
      }
    }
  }
}

/** Tells whether an entry is of `connectionLost`: `lost` and `lost:ERR_TRANSPORT_LOST` are, `lost:1` is of a pipe. */
function isLast(entry: string): boolean {
  return entry === 'lost' || /^lost:\D/.test(entry);
}

function isMore(entry: string, wanted: string): boolean {
  return wanted !== 'lost' && entry.startsWith(`${wanted}:`);
}

function show(data: Uint8Array): string {
  const text = data.length <= SHOWN_BYTES ? textOf(data) : null;
  return text?.trimEnd() ?? `${data.length} bytes`;
}

function suffix(error: Error | null): string {
  if (error === null) {
    return '';
  }
  return `:${'code' in error ? String(error.code) : error.name}`;
}
