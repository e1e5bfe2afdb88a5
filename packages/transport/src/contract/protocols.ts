import { BaseProtocol } from './base.js';
import type { SignalFailure } from './signals.js';
import type { ReadTransport, SubprocessTransport } from './transports.js';

/**
 * Receives the bytes of one pipe.
 *
 * Call grammar: `connectionMade dataReceived* eofReceived? connectionLost`.
 * @asyncio asyncio.Protocol
 */
export class Protocol extends BaseProtocol {
  override connectionMade(_transport: ReadTransport): void {}
  /**
   * Called with each chunk, straight from the input event.
   * @param _data - Never empty; it belongs to the receiver.
   * @asyncio Protocol.data_received
   */
  dataReceived(_data: Uint8Array): void {}
  /**
   * Called when the other end was closed; `connectionLost(null)` follows whatever it returns.
   * @asyncio Protocol.eof_received
   * Differs: returns nothing; a pipe cannot stay half open.
   */
  eofReceived(): void {}
}

/**
 * Receives the bytes of one pipe in memory of its own.
 *
 * Call grammar: `connectionMade (getBuffer bufferUpdated?)* eofReceived? connectionLost`.
 * @asyncio asyncio.BufferedProtocol
 * Differs: works on pipes, where asyncio has it for sockets only.
 */
export class BufferedProtocol extends BaseProtocol {
  override connectionMade(_transport: ReadTransport): void {}
  /**
   * Called before each read; returns the memory to fill.
   * @param _sizeHint - Bytes that are about to arrive, -1 if unknown. More or less may be offered, nothing may not.
   * @asyncio BufferedProtocol.get_buffer
   */
  getBuffer(_sizeHint: number): Uint8Array {
    return new Uint8Array(0);
  }
  /**
   * Called after each read.
   * @param _nbytes - How many bytes of the memory were filled.
   * @asyncio BufferedProtocol.buffer_updated
   */
  bufferUpdated(_nbytes: number): void {}
  /**
   * Called when the other end was closed; `connectionLost(null)` follows.
   * @asyncio BufferedProtocol.eof_received
   */
  eofReceived(): void {}
}

/**
 * Receives what a child process does.
 *
 * Call grammar: `connectionMade (pipeDataReceived | pipeConnectionLost | processExited | pauseWriting |
 * resumeWriting)* connectionLost`. `processExited` comes once; each pipe is lost once, and its data never follows its
 * loss; the exit and the losses come in any mutual order; `connectionLost` is last, after the exit and after every loss.
 * Nothing is called on the stack of a call of yours, except `pauseWriting` and `resumeWriting`. A throw is reported
 * (`onCallbackError`) and stops nothing.
 *
 * Extend it, implement it, or pass an object literal with all methods.
 * @asyncio asyncio.SubprocessProtocol
 */
export class SubprocessProtocol extends BaseProtocol {
  override connectionMade(_transport: SubprocessTransport): void {}
  /**
   * Called with each chunk that the child wrote, straight from the input event.
   * @param _fd - The child's descriptor: 1, 2, or one of `extraFds`.
   * @param _data - Never empty; it belongs to the receiver.
   * @asyncio SubprocessProtocol.pipe_data_received
   * Differs: called straight from the input event, where asyncio schedules it.
   */
  pipeDataReceived(_fd: number, _data: Uint8Array): void {}
  /**
   * Called once for each `PIPE`, when no more data can pass through it.
   * @param _fd - The child's descriptor, 0 included.
   * @param _exc - `BrokenPipeError` on 0 if bytes were left unread; another error if the pipe failed; else `null`.
   * @asyncio SubprocessProtocol.pipe_connection_lost
   */
  pipeConnectionLost(_fd: number, _exc: Error | null): void {}
  /**
   * Called once, when the return code is known (`transport.getReturncode()`). Output may still follow.
   * @asyncio SubprocessProtocol.process_exited
   */
  processExited(): void {}
  /**
   * Offers memory for output of `fd`; with `bufferUpdated` it takes the place of `pipeDataReceived`.
   * @param fd - The child's descriptor.
   * @param sizeHint - Bytes that are about to arrive, -1 if unknown.
   * Differs: asyncio has buffered protocols for sockets only.
   */
  getBuffer?(fd: number, sizeHint: number): Uint8Array;
  /**
   * Tells how many bytes of the memory that `getBuffer` offered were filled.
   */
  bufferUpdated?(fd: number, nbytes: number): void;
  /**
   * Called when a signal that was handed on turned out not to be deliverable; without this method it is a warning of the
   * process.
   *
   * Only backends that reach the child through somebody else call it. It may come at any time before `connectionLost`.
   * Differs: asyncio knows no such backends.
   */
  signalFailed?(failure: SignalFailure): void;
}
