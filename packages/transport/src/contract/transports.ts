import type { BaseTransport } from './base.js';
import type { Signal, SignalScope } from './signals.js';

/**
 * The reading end of a pipe.
 *
 * @asyncio asyncio.ReadTransport
 */
export interface ReadTransport extends BaseTransport {
  /**
   * Tells whether data may arrive: neither paused nor closing.
   * @asyncio ReadTransport.is_reading
   */
  isReading(): boolean;
  /**
   * Stops the delivery of data; after it returns no data comes until `resumeReading`. The end of the stream is not seen
   * meanwhile either. Does nothing if paused, closing or closed.
   * @asyncio ReadTransport.pause_reading
   */
  pauseReading(): void;
  /**
   * Starts the delivery of data again. Does nothing if not paused, closing or closed.
   * @asyncio ReadTransport.resume_reading
   */
  resumeReading(): void;
}

/** The two marks of a write buffer, in bytes. */
export interface WriteBufferLimits {
  /** Writing is paused strictly above it. */
  readonly high?: number;
  /** Writing is resumed at it or below. */
  readonly low?: number;
}

/**
 * The writing end of a pipe.
 *
 * @asyncio asyncio.WriteTransport
 */
export interface WriteTransport extends BaseTransport {
  /**
   * Hands bytes to the pipe and returns at once; what the system does not take now is copied and sent later.
   *
   * After `close()`, `abort()` or a loss the bytes are dropped silently. May call `pauseWriting` before it returns.
   * @param data - The bytes; an empty array does nothing.
   * @throws {TypeError} if `data` is not a `Uint8Array`. Never for a reason of input or output.
   * @asyncio WriteTransport.write
   * Differs: a wrong type is a `TypeError` on every system.
   */
  write(data: Uint8Array): void;
  /**
   * Writes the concatenation of several arrays, as one `write`.
   * @throws {TypeError} if one of them is not a `Uint8Array`; then nothing is written.
   * @asyncio WriteTransport.writelines
   */
  writelines(list: Iterable<Uint8Array>): void;
  /**
   * Flushes and closes: the reader sees the end of its input. On a pipe the same as `close()`.
   * @asyncio WriteTransport.write_eof
   */
  writeEof(): void;
  /**
   * Tells whether `writeEof` works: always `true` on a pipe.
   * @asyncio WriteTransport.can_write_eof
   */
  canWriteEof(): boolean;
  /**
   * Drops what is buffered and closes; `connectionLost(null)` follows. Does nothing after a loss.
   * @asyncio WriteTransport.abort
   * Differs: may be repeated.
   */
  abort(): void;
  /**
   * Returns the number of bytes accepted and not yet taken by the operating system.
   * @asyncio WriteTransport.get_write_buffer_size
   */
  getWriteBufferSize(): number;
  /**
   * Returns the marks, lower one first.
   * @asyncio WriteTransport.get_write_buffer_limits
   */
  getWriteBufferLimits(): readonly [low: number, high: number];
  /**
   * Sets the marks and pauses at once if the buffer is above the new high mark; it never resumes.
   * @param limits - Bytes. Without `high`: 4 × `low`, or 65 536; without `low`: a quarter of `high`.
   * @throws {ValueError} unless `high >= low >= 0`.
   * @throws {TypeError} for an unknown name.
   * @asyncio WriteTransport.set_write_buffer_limits
   */
  setWriteBufferLimits(limits?: WriteBufferLimits): void;
}

/**
 * A child process: its identity, its pipes, its signals and its end.
 *
 * @asyncio asyncio.SubprocessTransport
 */
export interface SubprocessTransport extends BaseTransport {
  /**
   * Returns the process id, the same for ever; `null` where the backend knows none.
   * @asyncio SubprocessTransport.get_pid
   * Differs: `null` where the backend knows none.
   */
  getPid(): number | null;
  /**
   * Returns the return code: `null` while running (or lost), 0 … 255 for an exit, `-N` for death by signal N.
   * @asyncio SubprocessTransport.get_returncode
   */
  getReturncode(): number | null;
  /**
   * Returns the transport of one of the child's descriptors, `null` where it is not a `PIPE`. It stays after its loss.
   * @param fd - 0 for the child's input, 1 and 2 for its outputs, from 3 on for `extraFds`.
   * @asyncio SubprocessTransport.get_pipe_transport
   * Differs: has the outputs of `extraFds` too.
   */
  getPipeTransport(fd: 0): WriteTransport | null;
  getPipeTransport(fd: number): ReadTransport | WriteTransport | null;
  /**
   * Sends a signal to the child.
   *
   * `'group'` reaches the child's own process group for as long as it has members, also when the child has ended. A
   * backend that hands signals on to somebody else may learn only later that one was not delivered; then
   * `signalFailed` of the protocol is called.
   * @param signal - A name or a number.
   * @param scope - `'group'`: the child's own process group; `'tree'`: the child and all its descendants. Default:
   * `'process'`.
   * @throws {ProcessLookupError} if the backend finds nobody; for the process itself always once the return code is
   * known: its number may belong to a stranger by then.
   * @throws {ValueError} for an unknown signal.
   * @throws {NotSupportedError} if the backend cannot deliver it.
   * @throws {SubprocessError} `EPERM` if the child may not be signalled.
   * @throws {TransportLostError} if the link to the child died.
   * @asyncio SubprocessTransport.send_signal
   * Differs: throws as soon as the return code is known, not only when all pipes are lost; takes names and a scope, and a group outlives its leader.
   */
  sendSignal(signal: Signal, scope?: SignalScope): void;
  /**
   * Sends SIGTERM.
   * @throws as `sendSignal`.
   * @asyncio SubprocessTransport.terminate
   */
  terminate(): void;
  /**
   * Sends SIGKILL.
   * @throws as `sendSignal`.
   * @asyncio SubprocessTransport.kill
   */
  kill(): void;
  /**
   * Kills the child with SIGKILL if its end is not known yet, and then closes our ends of the pipes: the child never sees
   * the end of its input before the signal. It does not wait: the callbacks that are due still come, `connectionLost` last.
   * @asyncio SubprocessTransport.close
   * Differs: the signal comes first; asyncio closes the pipes and then kills.
   */
  close(): void;
  /**
   * Lets the child and its pipes keep this process alive, as they do from the start.
   * Differs: asyncio has no such call; a program ends with its loop.
   */
  ref(): void;
  /**
   * Lets this process end although the child runs; the child lives on. Timers and sockets of your own still count.
   * Differs: asyncio has no such call; a program ends with its loop.
   */
  unref(): void;
}
