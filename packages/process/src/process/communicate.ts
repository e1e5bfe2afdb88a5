/**
 * Feeding and reading a child to its end.
 *
 * 1. The input is fed and all outputs are read at the same time; the exit is waited for at the end.
 * 2. What was read belongs to the process, not to a call: a call that ends early loses nothing.
 * 3. A reader that went away is no error: a child need not read its input. An input that *failed* is one: else a part of it
 *    would pass for the whole.
 * 4. After the exit, `drainGraceMs` bounds the wait for outputs that a descendant holds, and that is reported. What the
 *    child wrote before its exit is not subject to it, however late we come to read it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ownOptions, saysThatReaderLeft, ValueError, type Clock, type ClockTimer } from '@subwire/transport';
import { Deadline, type WaitOptions } from '../wait/deadline.js';
import { checkDuration, startTimer } from '../wait/durations.js';
import type { Cancellation } from '../wait/stopSignal.js';
import { checkInput, feedPieces, type CommunicateInput } from './inputFeed.js';
import { checkCaptureLimits, OutputCollector, type CaptureLimits } from './outputCollector.js';
import { OutputOverflowError, TimeoutExpired } from '../results/processErrors.js';
import { ConcurrentReadError } from '../results/streamErrors.js';
import type { StreamReader } from '../reader/streamReader.js';
import type { StreamWriter } from '../writer/streamWriter.js';
import type { SubprocessStreamProtocol } from './subprocessStreamProtocol.js';

/** Bytes asked for with one read. */
const READ_BYTES = 262_144;

/** The outputs that are read here; those of `extraFds` are their owner's. */
const OUTPUT_FDS = [1, 2] as const;

/** Turns of the event loop without a byte that tell that what is left of an output is a held pipe. */
const IDLE_TURNS = 2;

/** Most turns that a descendant which writes on and on gets. */
const MAX_TURNS = 32;

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

const COMMUNICATE_OPTIONS: ReadonlySet<string> = new Set<keyof CommunicateOptions>([
  'signal',
  'timeoutMs',
  'maxBytes',
  'overflow',
  'drainGraceMs',
  'onBytes',
]);

/** What `Process.communicate` returns. */
export interface Communicated {
  readonly stdout: Uint8Array | null;
  readonly stderr: Uint8Array | null;
  /** Bytes that `overflow: 'truncate'` left out of each output. */
  readonly truncated: { readonly stdout: number; readonly stderr: number };
  /** Outputs that a descendant still held when `drainGraceMs` was over. */
  readonly heldPipes: readonly number[];
}

/** Calls `communicate` for one process; what a call that ended early had read is kept for the next one. */
export class Communication {
  readonly #protocol: SubprocessStreamProtocol;
  readonly #clock: Clock;
  /** `null` until the first output is read: a `Map` is not small. */
  #collectors: Map<number, OutputCollector> | null = null;
  #endedEarly = false;
  #running = false;

  constructor(protocol: SubprocessStreamProtocol, clock: Clock) {
    this.#protocol = protocol;
    this.#clock = clock;
  }

  /** One call of `communicate`. */
  async run(input: CommunicateInput, given: CommunicateOptions): Promise<Communicated> {
    const options: CommunicateOptions = ownOptions(given, COMMUNICATE_OPTIONS);
    checkInput(input);
    checkCaptureLimits(options);
    checkDuration(options.drainGraceMs ?? Infinity, 'drainGraceMs');
    const { stdin } = this.#protocol;
    const hasInput = input !== null && input !== undefined;
    if (hasInput && stdin === null) {
      throw new ValueError('there is input, but stdin is not a PIPE');
    }
    if (hasInput && this.#endedEarly) {
      throw new ValueError('input cannot follow a communicate() that ended early');
    }
    if (this.#running) {
      throw new ConcurrentReadError('communicate');
    }
    options.signal?.throwIfAborted();
    const deadline = new Deadline({ signal: options.signal, timeoutMs: options.timeoutMs }, this.#clock);
    this.#running = true;
    const held: number[] = [];
    const exited = this.#protocol.exited.wait(deadline.stop);
    const grace = this.#cutAfterExit(exited, options.drainGraceMs ?? Infinity, held);
    try {
      await this.#feedAndRead(exited, hasInput ? input : null, options, deadline);
      const done = {
        stdout: this.#bytes(1),
        stderr: this.#bytes(2),
        truncated: { stdout: this.#dropped(1), stderr: this.#dropped(2) },
        heldPipes: held,
      };
      this.#collectors = null;
      this.#endedEarly = false;
      return done;
    } catch (thrown) {
      // The others stop too: what they would read now belongs to the next call.
      deadline.abort(thrown);
      this.#endedEarly = true;
      throw this.#withOutput(thrown, options, deadline);
    } finally {
      grace.cancel();
      // Whoever holds the input open is not waited for.
      deadline.abort(null);
      // Not `using`, here and in `run()`: compiled, it costs as much as the rest of this method.
      deadline[Symbol.dispose]();
      this.#running = false;
    }
  }

  /** Not `async`, as every frame costs each child. */
  #feedAndRead(
    exited: Promise<unknown>,
    input: NonNullable<CommunicateInput> | null,
    options: CommunicateOptions,
    deadline: Deadline,
  ): Promise<unknown> {
    const { stop } = deadline;
    const { stdin, readers } = this.#protocol;
    const parts: Promise<unknown>[] = [exited];
    if (stdin !== null) {
      parts.push(this.#feed(stdin, input, deadline));
    }
    for (const fd of OUTPUT_FDS) {
      const reader = readers.get(fd);
      if (reader !== undefined) {
        parts.push(this.#collect(reader, this.#collectorOf(fd, options), options, stop));
      }
    }
    const everything = Promise.all(parts);
    return stdin === null ? everything : Promise.race([everything, inputFailure(stdin, stop)]);
  }

  async #feed(stdin: StreamWriter, input: NonNullable<CommunicateInput> | null, deadline: Deadline): Promise<void> {
    try {
      if (typeof input === 'string' || input instanceof Uint8Array) {
        stdin.write(input);
      } else if (input !== null) {
        await feedPieces(stdin, input, deadline.signal);
      }
    } finally {
      stdin.close();
    }
  }

  /** Returns the collector of an output; that of a call that ended early goes on. */
  #collectorOf(fd: number, limits: CaptureLimits): OutputCollector {
    this.#collectors ??= new Map();
    let collector = this.#collectors.get(fd);
    if (collector === undefined) {
      collector = new OutputCollector(fd, limits);
      this.#collectors.set(fd, collector);
    }
    return collector;
  }

  async #collect(
    reader: StreamReader,
    collector: OutputCollector,
    { onBytes }: CommunicateOptions,
    stop: Cancellation,
  ): Promise<void> {
    // A read uses of its signal what every cancellation has.
    const read = { signal: stop as AbortSignal };
    for (;;) {
      const chunk = await reader.read(READ_BYTES, read);
      if (chunk.length === 0) {
        return;
      }
      collector.add(chunk);
      onBytes?.(chunk.length);
    }
  }

  /** Rule 4. Closing our ends makes the reads see the end of the stream. */
  #cutAfterExit(exited: Promise<unknown>, graceMs: number, held: number[]): { cancel: () => void } {
    let timer: ClockTimer | null = null;
    let cancelled = false;
    const cut = async (): Promise<void> => {
      // It is possible that we were kept from reading all that time, and what the child wrote is still in the pipe.
      for (let idle = 0, turn = 0; idle < IDLE_TURNS && turn < MAX_TURNS; turn += 1) {
        const before = this.#totalBytes;
        await nextTurn();
        idle = this.#totalBytes === before ? idle + 1 : 0;
        if (cancelled) {
          return;
        }
      }
      for (const fd of OUTPUT_FDS) {
        const reader = this.#protocol.readers.get(fd);
        if (reader !== undefined && !isOver(reader)) {
          held.push(fd);
          reader.cancel();
        }
      }
      // Whoever holds the input without reading it holds the feeding too.
      this.#protocol.stdin?.transport.abort();
    };
    const arm = (): void => {
      if (!cancelled && !this.#isOver) {
        timer = startTimer(this.#clock, () => void cut(), graceMs);
      }
    };
    if (graceMs !== Infinity) {
      exited.then(arm, () => undefined);
    }
    return {
      cancel: () => {
        cancelled = true;
        timer?.cancel();
      },
    };
  }

  /** Nothing is left that a descendant could hold. */
  get #isOver(): boolean {
    const { readers, stdin } = this.#protocol;
    return stdin === null && OUTPUT_FDS.every((fd) => readers.get(fd)?.atEof() ?? true);
  }

  get #totalBytes(): number {
    return [...(this.#collectors?.values() ?? [])].reduce((sum, collector) => sum + collector.totalBytes, 0);
  }

  #bytes(fd: number): Uint8Array | null {
    return this.#collectors?.get(fd)?.bytes() ?? null;
  }

  #dropped(fd: number): number {
    return this.#collectors?.get(fd)?.droppedBytes ?? 0;
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

/** Rule 3. Rejects if the input fails, and settles in no other way. */
async function inputFailure(stdin: StreamWriter, stop: Cancellation): Promise<never> {
  try {
    await stdin.waitClosed({ signal: stop as AbortSignal });
  } catch (thrown) {
    if (!stop.aborted && !saysThatReaderLeft(thrown)) {
      throw thrown;
    }
  }
  return new Promise<never>(() => undefined);
}
