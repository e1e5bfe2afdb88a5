/**
 * One pipe that we read.
 *
 * | state        | data, memory filled  | `pauseReading` | `resumeReading`        | `close`, `fail`       | handle closed |
 * | ------------ | -------------------- | -------------- | ---------------------- | --------------------- | ------------- |
 * | not started  | cannot come          | paused later   | -                      | closing               | lost          |
 * | reading      | delivered            | paused         | -                      | closing               | eof, lost     |
 * | paused       | the rest waits       | -              | reading                | closing, rest dropped | cannot come   |
 * | rest waits   | cannot come          | paused         | a job delivers it, then reading | closing, rest dropped | cannot come |
 * | closing      | dropped              | -              | -                      | -                     | lost          |
 * | lost         | cannot come          | -              | -                      | -                     | cannot come   |
 *
 * 1. Data and loss come from the handle's events, so they are never on a user's stack.
 * 2. The handle is resumed only after `connectionMade`, so nothing comes earlier.
 * 3. A protocol may pause, close, or make way for another one inside `getBuffer()` and `bufferUpdated()`, also in the middle
 *    of a chunk. A pause and a close hold from that moment; the rest of the chunk goes to whoever is the protocol then.
 * 4. A receiver of the subprocess and a stand-alone protocol are served alike: through `PipeReceiver`.
 * 5. The subprocess learns of the loss of its pipe also if the pipe was given a protocol of its own.
 */
import { deliverChunk, type ChunkTarget } from './chunkDelivery.js';
import type { CallbackQueue } from './callbackQueue.js';
import type { BufferReceiver, ReadPipeHandle } from '../seam/childHandle.js';
import type { BaseProtocol } from '../contract/base.js';
import type { Protocol } from '../contract/protocols.js';
import type { ReadTransport } from '../contract/transports.js';

/** What a read pipe tells its owner: the plain and the buffered protocol in one, both optional. */
export type PipeReceiver = BaseProtocol & Partial<Pick<Protocol, 'dataReceived' | 'eofReceived'> & BufferReceiver>;

const NO_ROOM = new Uint8Array(0);

/** The transport of a pipe that we read. */
export class ReadPipeTransport implements ReadTransport, BufferReceiver, ChunkTarget {
  readonly #handle: ReadPipeHandle;
  readonly #queue: CallbackQueue;
  /** `null` for the pipes of a child, which have none: an idle child should cost little. */
  readonly #extra: ReadonlyMap<string, unknown> | null;
  /** Of the pipes of a child: what the subprocess put here, `null` for a pipe that stands alone. */
  #owner: PipeReceiver | null;
  #receiver: PipeReceiver | null;
  #buffered = false;
  #started = false;
  #paused = false;
  #closing = false;
  #lost = false;
  #failure: Error | null = null;
  /** What was read and could not be delivered when the protocol paused. */
  #rest: Uint8Array | null = null;

  constructor(
    handle: ReadPipeHandle,
    receiver: PipeReceiver,
    queue: CallbackQueue,
    extra: ReadonlyMap<string, unknown> | null = null,
  ) {
    this.#handle = handle;
    this.#receiver = receiver;
    this.#owner = extra === null ? receiver : null;
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

  /** For the subprocess: replaces what it put here, and leaves a protocol that the pipe was given. */
  setOwner(owner: PipeReceiver): void {
    const own = this.#receiver === this.#owner;
    this.#owner = owner;
    if (own) {
      this.setProtocol(owner);
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
      this.#rest = null;
      this.#handle.close();
    }
  }

  setProtocol(protocol: BaseProtocol): void {
    if (!this.#lost) {
      this.#receiver = protocol;
      this.#useReceiver(protocol);
    }
  }

  getProtocol(): BaseProtocol | null {
    return this.#receiver;
  }

  /**
   * For the handle: memory of the receiver, empty if nothing is wanted any more.
   * @throws what the receiver threw, since there is nowhere to read to; it was reported, and the handle was closed.
   */
  getBuffer(sizeHint: number): Uint8Array {
    return this.#queue.enter(this.#roomForHandle, this, sizeHint);
  }

  /** For the handle: memory of the receiver was filled. */
  bufferUpdated(nbytes: number): void {
    this.#queue.enter(this.#updated, this, nbytes);
  }

  /** For the delivery of a chunk: whether the receiver offers memory. */
  get buffered(): boolean {
    return this.#buffered;
  }

  /** For the delivery of a chunk: memory of the receiver, `null` if it is not to be filled after all. */
  offer(sizeHint: number): Uint8Array | null {
    const receiver = this.#receiver;
    try {
      const room = receiver?.getBuffer?.(sizeHint);
      if (!this.isReading() || this.#receiver !== receiver) {
        return null;
      }
      if (room instanceof Uint8Array && room.length > 0) {
        return room;
      }
      throw new TypeError('getBuffer() returned no memory');
    } catch (thrown) {
      this.#queue.report('getBuffer', thrown);
      // If it made way for another receiver first, that one may have memory.
      if (this.#receiver === receiver) {
        this.fail(thrown instanceof Error ? thrown : new TypeError(String(thrown)));
      }
      return null;
    }
  }

  /** For the delivery of a chunk: a receiver without memory of its own takes it. */
  take(chunk: Uint8Array): void {
    try {
      this.#receiver?.dataReceived?.(chunk);
    } catch (thrown) {
      this.#queue.report('dataReceived', thrown);
    }
  }

  #useReceiver(receiver: PipeReceiver): void {
    this.#buffered = typeof receiver.getBuffer === 'function';
    this.#handle.readInto?.(this.#buffered ? this : null);
  }

  #roomForHandle(sizeHint: number): Uint8Array {
    while (this.isReading() && this.#buffered) {
      const room = this.offer(sizeHint);
      if (room !== null) {
        return room;
      }
    }
    if (this.#failure !== null) {
      throw this.#failure;
    }
    return NO_ROOM;
  }

  #updated(nbytes: number): void {
    try {
      this.#receiver?.bufferUpdated?.(nbytes);
    } catch (thrown) {
      this.#queue.report('bufferUpdated', thrown);
    }
  }

  #onData(chunk: Uint8Array): void {
    if (!this.#closing) {
      this.#queue.enter(this.#deliver, this, chunk);
    }
  }

  #deliver(chunk: Uint8Array): void {
    const rest = deliverChunk(this, chunk);
    this.#rest = this.#closing ? null : rest;
  }

  #deliverRest(): void {
    const rest = this.#rest;
    if (rest === null || !this.isReading()) {
      return;
    }
    this.#rest = null;
    this.#deliver(rest);
    if (this.isReading()) {
      this.#handle.resume();
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
      this.#lose(reason);
    });
  }

  #lose(reason: Error | null): void {
    // Another one than at the end of the file if `eofReceived` put it there.
    const last = this.#receiver;
    const owner = this.#owner;
    this.#lost = true;
    this.#receiver = null;
    this.#owner = null;
    try {
      last?.connectionLost(reason);
    } finally {
      if (owner !== last) {
        owner?.connectionLost(reason);
      }
    }
  }
}
