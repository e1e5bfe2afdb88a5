import {
  BaseProtocol,
  connectReadPipe,
  connectWritePipe,
  Protocol,
  type ReadablePipe,
  type ReadTransport,
  type WritablePipe,
} from '@subwire/transport';
import { StreamReader, type StreamReaderOptions } from '../reader/streamReader.js';
import { StreamWriter } from '../writer/streamWriter.js';
import { WriterFlow } from '../writer/writerFlow.js';

/** Forwards the callbacks of a transport to a reader. */
class ReaderProtocol extends Protocol {
  readonly #reader: StreamReader;

  constructor(reader: StreamReader) {
    super();
    this.#reader = reader;
  }

  override connectionMade(transport: ReadTransport): void {
    this.#reader.setTransport(transport);
  }

  override dataReceived(data: Uint8Array): void {
    this.#reader.feedData(data);
  }

  override connectionLost(error: Error | null): void {
    if (error === null) {
      this.#reader.feedEof();
    } else {
      this.#reader.setException(error);
    }
  }
}

/** Forwards the callbacks of a transport to the flow control of a writer. */
class WriterProtocol extends BaseProtocol {
  readonly #flow: WriterFlow;

  constructor(flow: WriterFlow) {
    super();
    this.#flow = flow;
  }

  override pauseWriting(): void {
    this.#flow.pauseWriting();
  }

  override resumeWriting(): void {
    this.#flow.resumeWriting();
  }

  override connectionLost(error: Error | null): void {
    this.#flow.connectionLost(error);
  }
}

/**
 * Opens a reader on a pipe, a socket, a terminal or a handle of a backend.
 *
 * The reader owns the pipe from then on, as with `connectReadPipe`: it closes it at the end of the stream, or on `cancel()`.
 * @param pipe - The reading end.
 * @param options - See `StreamReaderOptions`.
 * @throws {ValueError} (rejects) for a limit that is not greater than 0, a regular file, a directory or a block device; the
 * pipe is left open.
 * @asyncio loop.connect_read_pipe with StreamReaderProtocol
 */
export async function openReadPipe(pipe: ReadablePipe, options?: StreamReaderOptions): Promise<StreamReader> {
  const reader = new StreamReader(options);
  await connectReadPipe(() => new ReaderProtocol(reader), pipe);
  return reader;
}

/**
 * Opens a writer on a pipe, a socket, a terminal or a handle of a backend.
 *
 * The writer owns the pipe from then on, as with `connectWritePipe`: `close()` closes it after the buffered bytes were
 * written.
 * @param pipe - The writing end.
 * @throws {ValueError} (rejects) for a regular file, a directory or a block device; the pipe is left open.
 * @asyncio loop.connect_write_pipe with FlowControlMixin
 */
export async function openWritePipe(pipe: WritablePipe): Promise<StreamWriter> {
  const flow = new WriterFlow();
  const [transport] = await connectWritePipe(() => new WriterProtocol(flow), pipe);
  return new StreamWriter(transport, flow);
}
