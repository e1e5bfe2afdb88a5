/**
 * Feeding and reading a child to its end.
 *
 * 1. The input is fed and all outputs are read at the same time; the exit is waited for at the end.
 * 2. What was read belongs to the conversation, not to a call: a call that ends early loses nothing.
 * 3. A reader that went away is no error: a child need not read its input.
 * 4. After the exit, `drainGraceMs` bounds the wait for outputs that a descendant holds, and that is reported.
 */
import { BrokenPipeError, ConnectionResetError, ValueError, type Clock, type ClockTimer } from '@subwire/transport';
import { Deadline, type WaitOptions } from './deadline.js';
import { OutputCollector, type CaptureLimits } from './outputCollector.js';
import { OutputOverflowError, TimeoutExpired } from './processErrors.js';
import type { StreamReader } from './streamReader.js';
import type { StreamWriter } from './streamWriter.js';
import type { SubprocessStreamProtocol } from './subprocessStreamProtocol.js';

/** Bytes asked for with one read. */
const READ_BYTES = 262_144;

/** What a child can be fed: text as UTF-8, bytes, or pieces of them as they come. */
export type CommunicateInput =
  string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array> | null | undefined;

/** Options of `Process.communicate`. */
export interface CommunicateOptions extends WaitOptions, CaptureLimits {
  /**
   * How long after the exit to wait for outputs that a descendant holds; then our ends are closed. Default: for ever.
   * Milliseconds.
   */
  readonly drainGraceMs?: number;
  /** Called with the length of each chunk that was read. */
  readonly onBytes?: (nbytes: number) => void;
}

/** What came of a conversation. */
export interface Communicated {
  readonly stdout: Uint8Array | null;
  readonly stderr: Uint8Array | null;
  /** Bytes that `overflow: 'truncate'` left out of each output. */
  readonly truncated: { readonly stdout: number; readonly stderr: number };
  /** Outputs that a descendant still held when `drainGraceMs` was over. */
  readonly heldPipes: readonly number[];
}

/** The conversation of one process. */
export class Communication {
  readonly #protocol: SubprocessStreamProtocol;
  readonly #clock: Clock;
  #collectors = new Map<number, OutputCollector>();
  #endedEarly = false;
  #running = false;

  constructor(protocol: SubprocessStreamProtocol, clock: Clock) {
    this.#protocol = protocol;
    this.#clock = clock;
  }

  /** One call of `communicate`. */
  async run(input: CommunicateInput, options: CommunicateOptions): Promise<Communicated> {
    const { stdin } = this.#protocol;
    const hasInput = input !== null && input !== undefined;
    if (hasInput && stdin === null) {
      throw new ValueError('there is input, but stdin is not a PIPE');
    }
    if (hasInput && this.#endedEarly) {
      throw new ValueError('input cannot follow a communicate() that ended early');
    }
    if (this.#running) {
      throw new Error('communicate() is already running');
    }
    options.signal?.throwIfAborted();
    using deadline = new Deadline(options, this.#clock);
    this.#running = true;
    try {
      const done = await this.#converse(hasInput ? input : null, options, deadline);
      this.#collectors = new Map();
      this.#endedEarly = false;
      return done;
    } catch (thrown) {
      this.#endedEarly = true;
      throw this.#withOutput(thrown, options, deadline);
    } finally {
      this.#running = false;
    }
  }

  async #converse(
    input: NonNullable<CommunicateInput> | null,
    options: CommunicateOptions,
    deadline: Deadline,
  ): Promise<Communicated> {
    const held: number[] = [];
    const grace = this.#cutAfterExit(options.drainGraceMs ?? Infinity, held, deadline.signal);
    try {
      await Promise.all([
        this.#feed(input, deadline.signal),
        ...[1, 2].map((fd) => this.#collect(fd, options, deadline.signal)),
        this.#protocol.exited.wait(deadline.signal),
      ]);
    } catch (thrown) {
      // The others stop too: what they would read now belongs to the next call.
      deadline.abort(thrown);
      throw thrown;
    } finally {
      grace.cancel();
    }
    return {
      stdout: this.#bytes(1),
      stderr: this.#bytes(2),
      truncated: { stdout: this.#dropped(1), stderr: this.#dropped(2) },
      heldPipes: held,
    };
  }

  async #feed(input: NonNullable<CommunicateInput> | null, signal: AbortSignal): Promise<void> {
    const { stdin } = this.#protocol;
    if (stdin === null) {
      return;
    }
    try {
      if (typeof input === 'string' || input instanceof Uint8Array) {
        stdin.write(input);
      } else if (input !== null) {
        await feedPieces(stdin, input, signal);
      }
    } finally {
      stdin.close();
    }
  }

  async #collect(fd: number, options: CommunicateOptions, signal: AbortSignal): Promise<void> {
    const reader = this.#protocol.readers.get(fd);
    if (reader === undefined) {
      return;
    }
    let collector = this.#collectors.get(fd);
    if (collector === undefined) {
      collector = new OutputCollector(fd, options);
      this.#collectors.set(fd, collector);
    }
    for (;;) {
      const chunk = await reader.read(READ_BYTES, { signal });
      if (chunk.length === 0) {
        return;
      }
      collector.add(chunk);
      options.onBytes?.(chunk.length);
    }
  }

  /** Rule 4. Closing our ends makes the reads see the end of the stream. */
  #cutAfterExit(graceMs: number, held: number[], signal: AbortSignal): { cancel: () => void } {
    let timer: ClockTimer | null = null;
    let cancelled = false;
    const cut = (): void => {
      for (const [fd, reader] of this.#protocol.readers) {
        if (!isOver(reader)) {
          held.push(fd);
          reader.cancel();
        }
      }
      // Whoever holds the input without reading it holds the feeding too.
      this.#protocol.stdin?.transport.abort();
    };
    const arm = (): void => {
      if (!cancelled) {
        timer = this.#clock.setTimer(cut, graceMs);
      }
    };
    if (graceMs !== Infinity) {
      this.#protocol.exited.wait(signal).then(arm, () => undefined);
    }
    return {
      cancel: () => {
        cancelled = true;
        timer?.cancel();
      },
    };
  }

  #bytes(fd: number): Uint8Array | null {
    return this.#collectors.get(fd)?.bytes() ?? null;
  }

  #dropped(fd: number): number {
    return this.#collectors.get(fd)?.droppedBytes ?? 0;
  }

  #withOutput(thrown: unknown, options: CommunicateOptions, deadline: Deadline): unknown {
    const output = { stdout: this.#bytes(1), stderr: this.#bytes(2) };
    if (deadline.expired) {
      return new TimeoutExpired('communicate()', options.timeoutMs ?? 0, output);
    }
    if (thrown instanceof OutputOverflowError) {
      return new OutputOverflowError(thrown.fd, thrown.maxBytes, output);
    }
    return thrown;
  }
}

function isOver(reader: StreamReader): boolean {
  return reader.atEof() || reader.exception() !== null;
}

/** Rule 3: the loss of the reader ends the feeding, whatever is left, even while the next piece is waited for. */
async function feedPieces(
  stdin: StreamWriter,
  pieces: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const iterator = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  const gone = stdin.waitClosed({ signal }).catch(() => undefined);
  await Promise.race([pump(stdin, iterator), gone]);
  if (stdin.isClosing()) {
    // Not awaited: a generator that hangs in its own wait would hang us too.
    Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

async function pump(
  stdin: StreamWriter,
  iterator: Iterator<string | Uint8Array> | AsyncIterator<string | Uint8Array>,
): Promise<void> {
  for (;;) {
    const next = await iterator.next();
    if (next.done === true || stdin.isClosing()) {
      return;
    }
    stdin.write(next.value);
    if (!(await drained(stdin))) {
      return;
    }
  }
}

async function drained(stdin: StreamWriter): Promise<boolean> {
  try {
    await stdin.drain();
    return true;
  } catch (thrown) {
    if (thrown instanceof BrokenPipeError || thrown instanceof ConnectionResetError) {
      return false;
    }
    throw thrown;
  }
}
