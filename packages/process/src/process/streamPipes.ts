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

/** Feeds a reader. */
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

/** Tells a writer's flow control what happens. */
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
 * It takes the pipe over, as `connectReadPipe` does: it is closed at its end, or by `cancel()`.
 * @param pipe - The reading end.
 * @param options - Those of `StreamReader`.
 * @throws {ValueError} (rejects) for a limit that is not above 0, a regular file, a directory or a block device; the pipe
 * is untouched then.
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
 * It takes the pipe over, as `connectWritePipe` does: `close()` closes it once everything is flushed.
 * @param pipe - The writing end.
 * @throws {ValueError} (rejects) for a regular file, a directory or a block device; it is untouched then.
 * @asyncio loop.connect_write_pipe with FlowControlMixin
 */
export async function openWritePipe(pipe: WritablePipe): Promise<StreamWriter> {
  const flow = new WriterFlow();
  const [transport] = await connectWritePipe(() => new WriterProtocol(flow), pipe);
  return new StreamWriter(transport, flow);
}
