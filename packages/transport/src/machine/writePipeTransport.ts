/**
 * One pipe that we write.
 *
 * | state   | `write`           | flushed, well        | flushed, failed      | `close`       | `abort`          | handle closed        |
 * | ------- | ----------------- | -------------------- | -------------------- | ------------- | ---------------- | -------------------- |
 * | open    | counted, handed down | counted out; resumes | the failure is kept | closing; end | aborted; destroy | lost, rule 5         |
 * | closing | dropped           | counted out; resumes | the failure is kept  | -             | aborted; destroy | lost, rule 5         |
 * | aborted | dropped           | -                    | -                    | -             | -                | lost with the reason of the abort |
 * | lost    | dropped           | cannot come          | cannot come          | -             | -                | cannot come          |
 *
 * Beside it, paused or not: paused when the count rises above the high-water mark, not paused once it fell to the low one.
 *
 * 1. Bytes are counted in at `write` and out at `flushed`; the backend counts nothing.
 * 2. Large writes are cut, so that the count falls in steps even where a partial write cannot be seen.
 * 3. Nobody is resumed while a write is handed down: the protocol would write into the middle of it.
 * 4. The loss comes from the handle's `close` alone, so it is never on a user's stack, and never twice.
 * 5. The reason of a loss: a failure of the pipe as it is; a `BrokenPipeError` if the reader left and bytes were left over;
 *    `null` if the reader left and had everything. Only EPIPE and ECONNRESET say that the reader left.
 * 6. The subprocess learns of the loss of its pipe also if the pipe was given a protocol of its own.
 */
import type { BaseProtocol } from '../contract/base.js';
import type { CallbackQueue } from './callbackQueue.js';
import { Fifo } from '../seam/fifo.js';
import type { WritePipeHandle } from '../seam/childHandle.js';
import { BrokenPipeError, saysThatReaderLeft } from '../contract/errors.js';
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
  /** Sizes of the pieces in flight, oldest first. */
  readonly #pieces = new Fifo<number>();
  /** Of the input of a child: what the subprocess put here, `null` for a pipe that stands alone. */
  readonly #owner: BaseProtocol | null;
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
    this.#owner = extra === null ? protocol : null;
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
    if (this.#protocol !== null) {
      this.#protocol = protocol;
    }
  }

  getProtocol(): BaseProtocol | null {
    return this.#protocol;
  }

  #writePiece(piece: Uint8Array): void {
    this.#pieces.push(piece.length);
    this.#handle.write(piece, this.#flushed);
  }

  #onFlushed(error: Error | null): void {
    const nbytes = this.#pieces.shift() ?? 0;
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
      this.#lose(reason);
    });
  }

  #lose(reason: Error | null): void {
    const protocol = this.#protocol;
    this.#protocol = null;
    try {
      protocol?.connectionLost(reason);
    } finally {
      if (this.#owner !== protocol) {
        this.#owner?.connectionLost(reason);
      }
    }
  }

  /** Rule 5. */
  #lossReason(error: Error | null): Error | null {
    if (error !== null && !saysThatReaderLeft(error)) {
      return error;
    }
    const failure = this.#failure;
    if (failure !== null && 'code' in failure && !saysThatReaderLeft(failure)) {
      return failure;
    }
    const cause = failure ?? error;
    return this.#flow.size > 0 ? new BrokenPipeError(undefined, cause === null ? undefined : { cause }) : null;
  }
}

function assertBytes(data: unknown): asserts data is Uint8Array {
  if (!(data instanceof Uint8Array)) {
    throw new TypeError(`expected a Uint8Array, got ${data === null ? 'null' : typeof data}`);
  }
}
