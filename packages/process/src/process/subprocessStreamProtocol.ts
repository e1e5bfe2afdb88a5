/**
 * The protocol of a `Process`.
 *
 * | state                   | output ends or fails                   | `processExited`                       | `connectionLost`     |
 * | ----------------------- | -------------------------------------- | ------------------------------------- | -------------------- |
 * | running                 | its reader ends or fails               | `exited` resolves; exited             | `exited` rejects;    |
 * |                         |                                        |                                       | `finished` resolves  |
 * | exited, outputs open    | the same; after the last one: closing  | -                                     | `finished` resolves  |
 * | closing                 | -                                      | -                                     | `finished` resolves  |
 */
import {
  ownOptions,
  SubprocessProtocol,
  TransportLostError,
  type SubprocessTransport,
  type ReadTransport,
} from '@subwire/transport';
import { StreamReader } from '../reader/streamReader.js';
import { StreamWriter } from '../writer/streamWriter.js';
import { Outcome } from '../wait/outcome.js';
import { StreamStateError } from '../results/streamErrors.js';
import { WriterFlow } from '../writer/writerFlow.js';

const STREAM_OPTIONS: ReadonlySet<string> = new Set<keyof StreamProtocolOptions>(['limit', 'extraFds']);

/** For a connection that ends before the exit of the child was reported. */
const LOST = { phase: 'running', mayStillRun: true } as const;

/** Options of a `SubprocessStreamProtocol`. */
export interface StreamProtocolOptions {
  /** As for `StreamReaderOptions`. Default: 65 536 bytes. */
  readonly limit?: number;
  /** Descriptors of the child, from 3 on, that are pipes. Default: none. */
  readonly extraFds?: readonly number[];
}

/**
 * The protocol that connects a subprocess transport to the streams of a `Process`.
 *
 * It uses only the public contract of the transport.
 *
 * @asyncio asyncio.subprocess.SubprocessStreamProtocol
 * Differs: uses only the public contract of the transport.
 */
export class SubprocessStreamProtocol extends SubprocessProtocol {
  /** Resolves when the return code is known, or rejects when the link to the child was lost. */
  readonly exited: Outcome<number> = new Outcome();
  /** Resolves at `connectionLost`: no pipe of the child is open any more. */
  readonly finished: Outcome<null> = new Outcome();
  readonly #options: Partial<StreamProtocolOptions>;
  readonly #readers = new Map<number, StreamReader>();
  readonly #openOutputs = new Set<number>();
  readonly #flow = new WriterFlow();
  #stdin: StreamWriter | null = null;
  #transport: SubprocessTransport | null = null;
  #exited = false;

  constructor(options: StreamProtocolOptions = {}) {
    super();
    this.#options = ownOptions(options, STREAM_OPTIONS);
  }

  get stdin(): StreamWriter | null {
    return this.#stdin;
  }

  /** The readers of the child's outputs, by the child's descriptor. */
  get readers(): ReadonlyMap<number, StreamReader> {
    return this.#readers;
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    const { limit, extraFds = [] } = this.#options;
    for (const fd of [1, 2, ...extraFds]) {
      const output = transport.getPipeTransport(fd);
      if (output !== null) {
        const reader = new StreamReader(limit === undefined ? {} : { limit });
        reader.setTransport(output as ReadTransport);
        this.#readers.set(fd, reader);
        this.#openOutputs.add(fd);
      }
    }
    const input = transport.getPipeTransport(0);
    if (input !== null) {
      this.#stdin = new StreamWriter(input, this.#flow);
    }
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    this.#readers.get(fd)?.feedData(data);
  }

  override pipeConnectionLost(fd: number, exc: Error | null): void {
    if (fd === 0) {
      this.#stdin?.close();
      this.#flow.connectionLost(exc);
      return;
    }
    const reader = this.#readers.get(fd);
    if (exc === null) {
      reader?.feedEof();
    } else {
      reader?.setException(exc);
    }
    this.#openOutputs.delete(fd);
    this.#closeWhenOver();
  }

  override processExited(): void {
    this.#exited = true;
    const returncode = this.#transport?.getReturncode() ?? null;
    if (returncode === null) {
      // A return code is never made up.
      this.exited.reject(new StreamStateError('processExited() called without a return code'));
    } else {
      this.exited.resolve(returncode);
    }
    this.#closeWhenOver();
  }

  override pauseWriting(): void {
    this.#flow.pauseWriting();
  }

  override resumeWriting(): void {
    this.#flow.resumeWriting();
  }

  override connectionLost(exc: Error | null): void {
    this.#flow.connectionLost(exc);
    if (!this.exited.settled) {
      this.exited.reject(exc ?? new TransportLostError('the connection ended before the child', LOST));
    }
    this.#transport = null;
    this.finished.resolve(null);
  }

  /** Closes after the exit and the end of all outputs. The input is not waited for. */
  #closeWhenOver(): void {
    if (this.#exited && this.#openOutputs.size === 0) {
      this.#transport?.close();
    }
  }
}
