/**
 * The part of an MCP client that uses processes: a server as a child, a JSON message per line in each direction, and an end
 * in three steps.
 *
 * Modelled on the behaviour of StdioClientTransport in the MCP TypeScript SDK (Model Context Protocol contributors, MIT and
 * Apache-2.0 licences, https://github.com/modelcontextprotocol/typescript-sdk); no code of it is used.
 */
import {
  createSubprocessExec,
  PIPE,
  TimeoutExpired,
  type Process,
  type StreamReader,
  type StreamWriter,
} from '@subwire/process';
import type { SubprocessBackend } from '@subwire/transport';

/** Settings of a `StdioClient`. */
export interface StdioClientOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly backend?: SubprocessBackend;
  readonly onMessage: (message: unknown) => void;
}

/** How long each step of the end may take. */
const STEP_MS = 2_000;

/** Longest message. */
const LIMIT_BYTES = 4_194_304;

/** A connection to a server that is our child. */
export class StdioClient {
  readonly #server: Process<StreamWriter, StreamReader, null>;
  /** Resolves at the end of the server's output. */
  readonly finished: Promise<void>;

  private constructor(server: Process<StreamWriter, StreamReader, null>, onMessage: (message: unknown) => void) {
    this.#server = server;
    this.finished = this.#receive(onMessage);
  }

  /** Starts the server. */
  static async start(command: string, args: readonly string[], options: StdioClientOptions): Promise<StdioClient> {
    const { onMessage, ...rest } = options;
    const places = { stdin: PIPE, stdout: PIPE, stderr: null } as const;
    const server = await createSubprocessExec(command, args, { ...rest, ...places, limit: LIMIT_BYTES });
    return new StdioClient(server, onMessage);
  }

  /** Sends a message; rejects if the server cannot take it any more. */
  async send(message: object): Promise<void> {
    this.#server.stdin.write(`${JSON.stringify(message)}\n`);
    await this.#server.stdin.drain();
  }

  /** Ends the input, then asks, then kills; resolves when the server is gone. */
  async close(): Promise<number | null> {
    this.#server.stdin.close();
    try {
      return await this.#server.wait({ timeoutMs: STEP_MS });
    } catch (thrown) {
      if (!(thrown instanceof TimeoutExpired)) {
        throw thrown;
      }
    }
    const { returncode } = await this.#server.stop({ graceMs: STEP_MS });
    return returncode;
  }

  async #receive(onMessage: (message: unknown) => void): Promise<void> {
    for await (const line of this.#server.stdout) {
      onMessage(JSON.parse(new TextDecoder().decode(line)));
    }
  }
}
