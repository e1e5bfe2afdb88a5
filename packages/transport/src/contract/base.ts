/**
 * The one mutually recursive pair of the contracts: a transport returns its protocol, a protocol receives its transport.
 * It stands in one file so that no other two files need to import each other.
 */

/**
 * What every transport can do: close, tell its state, and change its receiver.
 *
 * @asyncio asyncio.BaseTransport
 * Differs: an interface; there is no constructor that takes the extra information.
 */
export interface BaseTransport {
  /**
   * Returns a piece of information about the transport by name.
   *
   * Never throws and works for ever, also after the loss. Names: `'pipe'` on transports made by `connectReadPipe` and
   * `connectWritePipe` (the object given), `'backend'` (its name), `'clock'` and, once the child has ended, `'exit'` (a
   * `ChildExit`) on subprocess transports.
   * @param name - What is asked for.
   * @param defaultValue - Returned, as it is, for an unknown name. Default: `null`.
   * @asyncio BaseTransport.get_extra_info
   * Differs: there is no `'subprocess'`; the object below the transport is never handed out.
   */
  getExtraInfo(name: string, defaultValue?: unknown): unknown;
  /**
   * Tells whether the transport is closing or closed.
   * @asyncio BaseTransport.is_closing
   */
  isClosing(): boolean;
  /**
   * Closes the transport: pending writes are flushed, no more data is delivered, `connectionLost` follows later.
   *
   * Calling it again does nothing. It never throws and never waits.
   * @asyncio BaseTransport.close
   */
  close(): void;
  /**
   * Replaces the receiver of later callbacks; `connectionMade` is not called on the new one.
   * @asyncio BaseTransport.set_protocol
   */
  setProtocol(protocol: BaseProtocol): void;
  /**
   * Returns the receiver of callbacks, `null` after the loss.
   * @asyncio BaseTransport.get_protocol
   */
  getProtocol(): BaseProtocol | null;
}

/**
 * Callbacks that every protocol has; each does nothing until a subclass gives it a body.
 *
 * Call grammar: `connectionMade (pauseWriting | resumeWriting)* connectionLost`.
 * @asyncio asyncio.BaseProtocol
 */
export class BaseProtocol {
  /**
   * Called once, before every other callback.
   * @param _transport - The transport; usable at once.
   * @asyncio BaseProtocol.connection_made
   */
  connectionMade(_transport: BaseTransport): void {}
  /**
   * Called once, after every other callback.
   * @param _exc - The reason, `null` for an ordinary end.
   * @asyncio BaseProtocol.connection_lost
   * Differs: a child whose link was lost tells it here, where asyncio passes `None` for every child.
   */
  connectionLost(_exc: Error | null): void {}
  /**
   * Called when the write buffer rose strictly above its high mark.
   *
   * Synchronous: it runs inside `write()` or `setWriteBufferLimits()`, because a caller that goes on writing must learn of
   * it before its next write. Strictly alternates with `resumeWriting`.
   * @asyncio BaseProtocol.pause_writing
   */
  pauseWriting(): void {}
  /**
   * Called when the write buffer fell to its low mark or below, after a `pauseWriting`. Never called after a loss.
   * @asyncio BaseProtocol.resume_writing
   */
  resumeWriting(): void {}
}
