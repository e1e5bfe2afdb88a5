/** The small protocols between the pipes of a child and the protocol of its owner. */
import { BaseProtocol } from '../contract/base.js';
import type { CallbackQueue } from './callbackQueue.js';
import type { SubprocessProtocol } from '../contract/protocols.js';
import type { PipeReceiver } from './readPipeTransport.js';

/** The subprocess transport, as its pipes see it. */
export interface PipeOwner {
  readonly protocol: SubprocessProtocol | null;
  readonly queue: CallbackQueue;
  pipeLost(fd: number, error: Error | null): void;
}

/** Forwards the flow control and the loss of the child's input. */
export class InputReceiver extends BaseProtocol {
  readonly #owner: PipeOwner;

  constructor(owner: PipeOwner) {
    super();
    this.#owner = owner;
  }

  override pauseWriting(): void {
    this.#owner.protocol?.pauseWriting();
  }

  override resumeWriting(): void {
    this.#owner.protocol?.resumeWriting();
  }

  override connectionLost(exc: Error | null): void {
    this.#owner.pipeLost(0, exc);
  }
}

/** Forwards the chunks and the loss of one of the child's outputs. */
class OutputReceiver extends BaseProtocol {
  readonly owner: PipeOwner;
  readonly fd: number;

  constructor(owner: PipeOwner, fd: number) {
    super();
    this.owner = owner;
    this.fd = fd;
  }

  dataReceived(chunk: Uint8Array): void {
    try {
      this.owner.protocol?.pipeDataReceived(this.fd, chunk);
    } catch (thrown) {
      this.owner.queue.report('pipeDataReceived', thrown);
    }
  }

  override connectionLost(exc: Error | null): void {
    this.owner.pipeLost(this.fd, exc);
  }
}

/** The same for a protocol that offers memory. */
class BufferedOutputReceiver extends OutputReceiver {
  getBuffer(sizeHint: number): Uint8Array {
    return this.owner.protocol?.getBuffer?.(this.fd, sizeHint) ?? new Uint8Array(0);
  }

  bufferUpdated(nbytes: number): void {
    this.owner.protocol?.bufferUpdated?.(this.fd, nbytes);
  }
}

/** Returns the receiver for an output, buffered if the owner's protocol is. */
export function outputReceiver(owner: PipeOwner, fd: number): PipeReceiver {
  const buffered = typeof owner.protocol?.getBuffer === 'function';
  return buffered ? new BufferedOutputReceiver(owner, fd) : new OutputReceiver(owner, fd);
}
