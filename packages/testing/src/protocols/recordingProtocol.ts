import { SubprocessProtocol, type SubprocessTransport } from '@subwire/transport';
import { joinBytes, textOf } from '../bytes/bytes.js';

interface LogWaiter {
  /** Tells whether an entry ends the wait that was just added at the end of the log. */
  readonly isMet: (entry: string) => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Longest data that is shown in the log as text. */
const SHOWN_BYTES = 64;

/**
 * Writes down what it is told, one short string a callback: `made`, `data:1:hi`, `lost:1`, `exited:0`, `pause`,
 * `resume`, `lost`; an error is added by its code or name (`lost:0:EPIPE`). Data is shown without white space at its end,
 * long data and what is no UTF-8 by its length.
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
    return joinBytes(this.#chunks.get(fd) ?? []);
  }

  /** Everything that came from one output, as text. */
  text(fd: number): string {
    return new TextDecoder().decode(this.bytes(fd));
  }

  /**
   * The log without what asyncio leaves open: cuts between chunks, the order of the descriptors and of the exit, and flow
   * control. Equal for two runs in which the same happened.
   */
  get normalizedLog(): readonly string[] {
    const lines = this.log.filter((entry) => !/^(made|data:|pause|resume)/.test(entry));
    const outputs = [...this.#chunks.keys()].map((fd) => `data:${fd}:${show(this.bytes(fd))}`);
    const last = lines.filter(isLast);
    return ['made', ...[...outputs, ...lines.filter((line) => !isLast(line))].sort(), ...last];
  }

  /**
   * Resolves when the log satisfies a predicate, or has an entry that is or begins with a text (`'data:1'`, `'exited'`).
   *
   * Rejects, with the log, when `connectionLost` came before that.
   */
  until(wanted: string | ((log: readonly string[]) => boolean)): Promise<void> {
    return typeof wanted === 'function'
      ? this.#wait(wanted(this.log), () => wanted(this.log))
      : this.#untilEntry((entry) => entry === wanted || isMore(entry, wanted));
  }

  /** Resolves at `processExited`. */
  get exited(): Promise<void> {
    return this.until('exited');
  }

  /** Resolves at `connectionLost`. */
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

  /** Looks at each entry once, so that a wait over many entries takes linear time. */
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

/** `lost` and `lost:ERR_TRANSPORT_LOST` are the end, `lost:1` is the loss of a pipe. */
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
