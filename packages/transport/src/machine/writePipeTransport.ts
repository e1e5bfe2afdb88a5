/**
 * One pipe that we write.
 *
 * 1. Bytes are counted in at `write` and out at `flushed`; the backend counts nothing.
 * 2. Large writes are cut, so that the count falls in steps even where a partial write cannot be seen.
 * 3. Nobody is resumed while a write is handed down: the protocol would write into the middle of it.
 * 4. The loss comes from the handle's `close` alone, so it is never on a user's stack, and never twice.
 */
import type { BaseProtocol } from '../contract/base.js';
import type { CallbackQueue } from './callbackQueue.js';
import type { WritePipeHandle } from '../seam/childHandle.js';
import { BrokenPipeError } from '../contract/errors.js';
import { FlowControl, type FlowChange } from './flowControl.js';
import type { WriteBufferLimits, WriteTransport } from '../contract/transports.js';

/** Size of the pieces that large writes are cut into. */
const PIECE_BYTES = 65_536;

/** The transport of a pipe that we write. */
export class WritePipeTransport implements WriteTransport {
  readonly #handle: WritePipeHandle;
  readonly #queue: CallbackQueue;
  /** `null` for the pipes of a child, which have none: an idle child should cost little. */
  readonly #extra: ReadonlyMap<string, unknown> | null;
  readonly #flow = new FlowControl();
  /** Sizes of the pieces in flight, oldest first from `#firstPiece` on. */
  readonly #pieces: number[] = [];
  #firstPiece = 0;
  #protocol: BaseProtocol | null;
  #handingDown = false;
  #resumeHeld = false;
  #closing = false;
  #aborted = false;
  #failure: Error | null = null;
  #onChange: (() => void) | null = null;
  readonly #flushed: (error?: Error | null) => void;

  constructor(
    handle: WritePipeHandle,
    protocol: BaseProtocol,
    queue: CallbackQueue,
    extra: ReadonlyMap<string, unknown> | null = null,
  ) {
    this.#handle = handle;
    this.#protocol = protocol;
    this.#queue = queue;
    this.#extra = extra;
    // One function for all pieces: they are flushed in order, so the sizes queue tells which one it was.
    this.#flushed = (error) => {
      this.#onFlushed(error ?? null);
    };
    handle.on('close', this.#onClose, this);
  }

  getExtraInfo(name: string, defaultValue: unknown = null): unknown {
    return this.#extra?.has(name) === true ? this.#extra.get(name) : defaultValue;
  }

  isClosing(): boolean {
    return this.#closing;
  }

  write(data: Uint8Array): void {
    assertBytes(data);
    if (data.length === 0 || this.#closing) {
      return;
    }
    this.#flow.add(data.length);
    this.#handingDown = true;
    if (data.length <= PIECE_BYTES) {
      this.#writePiece(data);
    } else {
      for (let start = 0; start < data.length; start += PIECE_BYTES) {
        this.#writePiece(data.subarray(start, start + PIECE_BYTES));
      }
    }
    this.#handingDown = false;
    this.#applyAfterWrite();
  }

  writelines(list: Iterable<Uint8Array>): void {
    const parts = Array.from(list);
    parts.forEach(assertBytes);
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) {
      this.write(only);
      return;
    }
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let offset = 0;
    for (const part of parts) {
      all.set(part, offset);
      offset += part.length;
    }
    this.write(all);
  }

  writeEof(): void {
    this.close();
  }

  canWriteEof(): boolean {
    return true;
  }

  close(): void {
    if (!this.#closing) {
      this.#closing = true;
      this.#handle.end();
      this.#onChange?.();
    }
  }

  abort(): void {
    this.abortWith(null);
  }

  /** Drops what is buffered and closes, with the reason that the loss will carry. */
  abortWith(reason: Error | null): void {
    if (!this.#aborted && this.#protocol !== null) {
      this.#closing = true;
      this.#aborted = true;
      this.#failure = reason;
      this.#flow.clear();
      this.#handle.destroy();
    }
  }

  /** Calls `listener` whenever bytes were taken or closing began, until the loss. */
  watch(listener: () => void): void {
    this.#onChange = listener;
  }

  getWriteBufferSize(): number {
    return this.#flow.size;
  }

  getWriteBufferLimits(): readonly [low: number, high: number] {
    return this.#flow.limits;
  }

  setWriteBufferLimits(limits: WriteBufferLimits = {}): void {
    this.#apply(this.#flow.setLimits(limits));
  }

  setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol;
  }

  getProtocol(): BaseProtocol | null {
    return this.#protocol;
  }

  #writePiece(piece: Uint8Array): void {
    this.#pieces.push(piece.length);
    this.#handle.write(piece, this.#flushed);
  }

  #onFlushed(error: Error | null): void {
    const nbytes = this.#takePiece();
    if (this.#aborted) {
      return;
    }
    if (error !== null) {
      // The bytes stay counted until `close` comes, which tells that they were lost.
      this.#failure ??= error;
      return;
    }
    const change = this.#flow.subtract(nbytes);
    this.#onChange?.();
    if (this.#handingDown) {
      this.#resumeHeld ||= change === 'resume';
    } else {
      this.#apply(change);
    }
  }

  #takePiece(): number {
    if (this.#pieces.length === 1) {
      // Most often; to pop is cheaper than to set the length.
      return this.#pieces.pop() ?? 0;
    }
    const nbytes = this.#pieces[this.#firstPiece] ?? 0;
    this.#firstPiece += 1;
    if (this.#firstPiece === this.#pieces.length) {
      this.#pieces.length = 0;
      this.#firstPiece = 0;
    }
    return nbytes;
  }

  #applyAfterWrite(): void {
    const change = this.#flow.check();
    const held = this.#resumeHeld;
    this.#resumeHeld = false;
    if (!held) {
      this.#apply(change);
    } else if (change === null) {
      this.#apply('resume');
    }
    // A held resume and a pause cancel out: the protocol is paused, and stays so.
  }

  #apply(change: FlowChange): void {
    const protocol = this.#protocol;
    if (change === null || protocol === null) {
      return;
    }
    if (change === 'pause') {
      this.#queue.run('pauseWriting', () => {
        protocol.pauseWriting();
      });
    } else {
      this.#queue.run('resumeWriting', () => {
        protocol.resumeWriting();
      });
    }
  }

  #onClose(error: Error | null): void {
    const reason = this.#aborted ? this.#failure : this.#lossReason(error);
    this.#closing = true;
    this.#aborted = true;
    this.#flow.clear();
    this.#onChange = null;
    this.#queue.deliver('connectionLost', () => {
      const protocol = this.#protocol;
      this.#protocol = null;
      protocol?.connectionLost(reason);
    });
  }

  #lossReason(error: Error | null): Error | null {
    const cause = this.#failure ?? error;
    if (this.#flow.size > 0) {
      return new BrokenPipeError(undefined, cause === null ? undefined : { cause });
    }
    return cause;
  }
}

function assertBytes(data: unknown): asserts data is Uint8Array {
  if (!(data instanceof Uint8Array)) {
    throw new TypeError(`expected a Uint8Array, got ${data === null ? 'null' : typeof data}`);
  }
}
