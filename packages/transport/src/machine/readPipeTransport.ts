/**
 * One pipe that we read.
 *
 * 1. Data and loss come from the handle's events, so they are never on a user's stack.
 * 2. The handle is resumed only after `connectionMade`, so nothing comes earlier.
 * 3. A buffered protocol may pause in the middle of a chunk: the rest waits here, and the handle stays paused for it.
 * 4. A receiver of the subprocess and a stand-alone protocol are served alike: through `PipeReceiver`.
 */
import { deliverBuffered } from './bufferedDelivery.js';
import type { CallbackQueue } from './callbackQueue.js';
import type { BufferReceiver, ReadPipeHandle } from '../seam/childHandle.js';
import type { BaseProtocol } from '../contract/base.js';
import type { Protocol } from '../contract/protocols.js';
import type { ReadTransport } from '../contract/transports.js';

/** What a read pipe tells its owner: the plain and the buffered protocol in one, both optional. */
export type PipeReceiver = BaseProtocol & Partial<Pick<Protocol, 'dataReceived' | 'eofReceived'> & BufferReceiver>;

/** The transport of a pipe that we read. */
export class ReadPipeTransport implements ReadTransport, BufferReceiver {
  readonly #handle: ReadPipeHandle;
  readonly #queue: CallbackQueue;
  /** `null` for the pipes of a child, which have none: an idle child should cost little. */
  readonly #extra: ReadonlyMap<string, unknown> | null;
  #receiver: PipeReceiver | null;
  #buffered = false;
  #started = false;
  #paused = false;
  #closing = false;
  #failure: Error | null = null;
  /** What a buffered protocol left of a chunk when it paused. */
  #rest: Uint8Array | null = null;

  constructor(
    handle: ReadPipeHandle,
    receiver: PipeReceiver,
    queue: CallbackQueue,
    extra: ReadonlyMap<string, unknown> | null = null,
  ) {
    this.#handle = handle;
    this.#receiver = receiver;
    this.#queue = queue;
    this.#extra = extra;
    handle.on('data', this.#onData, this);
    handle.on('close', this.#onClose, this);
    this.#useReceiver(receiver);
  }

  /** Lets data come, unless the protocol paused or closed meanwhile. Called once, after `connectionMade`. */
  start(): void {
    this.#started = true;
    if (this.isReading()) {
      this.#handle.resume();
    }
  }

  /** Ends the transport from above, with the reason that the loss will carry. */
  fail(error: Error): void {
    if (!this.#closing) {
      this.#failure = error;
      this.close();
    }
  }

  getExtraInfo(name: string, defaultValue: unknown = null): unknown {
    return this.#extra?.has(name) === true ? this.#extra.get(name) : defaultValue;
  }

  isClosing(): boolean {
    return this.#closing;
  }

  isReading(): boolean {
    return !this.#paused && !this.#closing;
  }

  pauseReading(): void {
    if (this.isReading()) {
      this.#paused = true;
      if (this.#started) {
        this.#handle.pause();
      }
    }
  }

  resumeReading(): void {
    if (this.#paused && !this.#closing) {
      this.#paused = false;
      if (this.#rest !== null) {
        this.#queue.schedule('bufferUpdated', () => {
          this.#deliverRest();
        });
      } else if (this.#started) {
        this.#handle.resume();
      }
    }
  }

  close(): void {
    if (!this.#closing) {
      this.#closing = true;
      this.#handle.close();
    }
  }

  setProtocol(protocol: BaseProtocol): void {
    this.#receiver = protocol;
    this.#useReceiver(protocol);
  }

  getProtocol(): BaseProtocol | null {
    return this.#receiver;
  }

  /** For the handle: memory of the receiver. A throw ends the read, since there is nowhere to read to. */
  getBuffer(sizeHint: number): Uint8Array {
    try {
      const room = this.#receiver?.getBuffer?.(sizeHint);
      if (room instanceof Uint8Array && room.length > 0) {
        return room;
      }
      throw new TypeError('getBuffer() returned no memory');
    } catch (thrown) {
      this.#failRead('getBuffer', thrown);
      throw thrown;
    }
  }

  /** For the handle: memory of the receiver was filled. */
  bufferUpdated(nbytes: number): void {
    try {
      this.#receiver?.bufferUpdated?.(nbytes);
    } catch (thrown) {
      this.#queue.report('bufferUpdated', thrown);
    }
  }

  #useReceiver(receiver: PipeReceiver): void {
    this.#buffered = typeof receiver.getBuffer === 'function';
    this.#handle.readInto?.(this.#buffered ? this : null);
  }

  #onData(chunk: Uint8Array): void {
    if (this.#closing || this.#receiver === null) {
      return;
    }
    if (this.#buffered) {
      this.#deliverBuffered(chunk);
      return;
    }
    try {
      this.#receiver.dataReceived?.(chunk);
    } catch (thrown) {
      this.#queue.report('dataReceived', thrown);
    }
  }

  #deliverBuffered(chunk: Uint8Array): void {
    try {
      const rest = deliverBuffered(this, chunk);
      this.#rest = rest.length > 0 ? rest : null;
    } catch (thrown) {
      // Reported where it was thrown; the loss carries it.
      this.#failure ??= thrown instanceof Error ? thrown : new TypeError(String(thrown));
    }
  }

  #deliverRest(): void {
    const rest = this.#rest;
    if (rest === null || !this.isReading()) {
      return;
    }
    this.#rest = null;
    this.#onData(rest);
    if (this.isReading()) {
      this.#handle.resume();
    }
  }

  #failRead(name: string, thrown: unknown): void {
    if (!this.#closing) {
      this.#queue.report(name, thrown);
      this.fail(thrown instanceof Error ? thrown : new TypeError(String(thrown)));
    }
  }

  #onClose(error: Error | null): void {
    const receiver = this.#receiver;
    const atEof = !this.#closing && error === null;
    this.#closing = true;
    const reason = this.#failure ?? error;
    if (atEof && receiver?.eofReceived !== undefined) {
      this.#queue.deliver('eofReceived', () => {
        receiver.eofReceived?.();
      });
    }
    this.#queue.deliver('connectionLost', () => {
      // Another one than above if the end was reached and `eofReceived` put it there.
      const last = this.#receiver;
      this.#receiver = null;
      last?.connectionLost(reason);
    });
  }
}
