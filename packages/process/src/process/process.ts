/**
 * A child process with streams.
 *
 * | step of `stop()` | the child exits        | the time is over                    | cannot be signalled               |
 * | ---------------- | ---------------------- | ----------------------------------- | --------------------------------- |
 * | SIGTERM, SIGCONT | report                 | after `graceMs`: SIGKILL            | waits on, then SIGKILL            |
 * | SIGKILL          | report, `escalated`    | after 5 s: report, no return code   | report, not `escalated`           |
 *
 * A child that did not end is not stopped again: later calls report at once.
 */
import {
  ownOptions,
  systemClock,
  NotSupportedError,
  ProcessLookupError,
  SubprocessError,
  type ChildExit,
  type Clock,
  type ResourceUsage,
  type Signal,
  type SignalScope,
  type SubprocessTransport,
} from '@subwire/transport';
import { Communication, type CommunicateOptions, type Communicated } from './communicate.js';
import type { Outcome } from '../wait/outcome.js';
import { Deadline, WAIT_OPTIONS, type WaitOptions } from '../wait/deadline.js';
import { checkDuration } from '../wait/durations.js';
import type { CommunicateInput } from './inputFeed.js';
import { Inspectable } from '../results/inspectable.js';
import { TimeoutExpired } from '../results/processErrors.js';
import type { StreamReader } from '../reader/streamReader.js';
import type { StreamWriter } from '../writer/streamWriter.js';
import type { SubprocessStreamProtocol } from './subprocessStreamProtocol.js';

/** Default of `stopGraceMs`. */
const DEFAULT_STOP_GRACE_MS = 5_000;

/** How long to wait for the exit after SIGKILL. Only a child in uninterruptible sleep takes longer. */
const REAP_LIMIT_MS = 5_000;

const PROCESS_OPTIONS: ReadonlySet<string> = new Set<keyof ProcessOptions>(['stopGraceMs']);
const STOP_OPTIONS: ReadonlySet<string> = new Set<keyof StopOptions>(['graceMs']);

/** `Uint8Array` for a stream, `null` for none. */
type BytesOf<S extends StreamReader | null> = S extends StreamReader ? Uint8Array : null;

/** Options of a `Process`. */
export interface ProcessOptions {
  /** How long `stop()` and `await using` wait between SIGTERM and SIGKILL. Default: 5 000 milliseconds. */
  readonly stopGraceMs?: number;
}

/** Options of `Process.stop`. */
export interface StopOptions {
  /** How long to wait between SIGTERM and SIGKILL. Default: the `stopGraceMs` of the process. Milliseconds. */
  readonly graceMs?: number;
}

/** The result of `Process.stop`. */
export interface StopReport {
  /** `null` if the child did not end (uninterruptible sleep, no permission to signal it), or the link to it was lost. */
  readonly returncode: number | null;
  /** Whether SIGKILL was sent. */
  readonly escalated: boolean;
}

/**
 * A child process with streams.
 *
 * `createSubprocessExec` and `createSubprocessShell` return one. The constructor takes any transport that keeps the public
 * contract, and the `SubprocessStreamProtocol` that is connected to it. With `await using` the child is stopped and reaped
 * at the end of the block.
 *
 * @asyncio asyncio.subprocess.Process
 * Differs: the constructor is public and takes any transport that keeps the contract.
 */
export class Process<
  Stdin extends StreamWriter | null = StreamWriter | null,
  Stdout extends StreamReader | null = StreamReader | null,
  Stderr extends StreamReader | null = StreamReader | null,
>
  extends Inspectable
  implements AsyncDisposable
{
  /** The stdin of the child, `null` unless it is a `PIPE`. */
  readonly stdin: Stdin;
  /** The stdout of the child, `null` unless it is a `PIPE`. */
  readonly stdout: Stdout;
  /** The stderr of the child, `null` unless it is a `PIPE`. */
  readonly stderr: Stderr;
  /** All outputs that are a `PIPE`, by the descriptor in the child; also those of `extraFds`. */
  readonly outputs: ReadonlyMap<number, StreamReader>;
  /** The process id, `null` if the backend has none. For a shell command it is the id of the shell. */
  readonly pid: number | null;
  readonly #transport: SubprocessTransport;
  readonly #protocol: SubprocessStreamProtocol;
  readonly #communication: Communication;
  readonly #stopGraceMs: number;
  /** Whether a `stop()` did not end the child, so that another one would not either. */
  #isUnstoppable = false;

  constructor(transport: SubprocessTransport, protocol: SubprocessStreamProtocol, options: ProcessOptions = {}) {
    super();
    const { stopGraceMs = DEFAULT_STOP_GRACE_MS } = ownOptions(options, PROCESS_OPTIONS);
    checkDuration(stopGraceMs, 'stopGraceMs');
    this.#transport = transport;
    this.#protocol = protocol;
    this.#stopGraceMs = stopGraceMs;
    this.stdin = protocol.stdin as Stdin;
    this.stdout = (protocol.readers.get(1) ?? null) as Stdout;
    this.stderr = (protocol.readers.get(2) ?? null) as Stderr;
    this.outputs = protocol.readers;
    this.pid = transport.getPid();
    this.#communication = new Communication(protocol, this.#clock);
  }

  /**
   * The return code: `null` while the child runs, 0 to 255 for an exit, `-N` if signal N killed it.
   * @asyncio Process.returncode
   */
  get returncode(): number | null {
    return this.#transport.getReturncode();
  }

  /**
   * The processor time and memory that the child used; `null` while it runs, and if the backend does not support it
   * (`supports.resourceUsage`).
   * Differs: asyncio has no such property; `resource.getrusage(RUSAGE_CHILDREN)` adds all children up.
   */
  get resourceUsage(): ResourceUsage | null {
    const end = this.#transport.getExtraInfo('exit') as ChildExit | null;
    return end?.resourceUsage ?? null;
  }

  /**
   * Waits for the exit of the child.
   *
   * It reads no output: if nobody reads an output that is a `PIPE`, the child may wait for ever until it is read. After the
   * exit there may be unread output, and descendants may write more. Any number of callers may wait; the options of one do
   * not affect the others.
   * @param options - See `WaitOptions`.
   * @returns the return code.
   * @throws {TimeoutExpired} (rejects) after `timeoutMs`; the child is left alone.
   * @throws `options.signal.reason` (rejects) on abort; the child is left alone.
   * @throws {TransportLostError} (rejects) if the link to the child was lost.
   * @asyncio Process.wait
   * Differs: takes a signal and a timeout.
   */
  async wait(options: WaitOptions = {}): Promise<number> {
    const { signal, timeoutMs } = ownOptions(options, WAIT_OPTIONS);
    if (signal === undefined && timeoutMs === undefined) {
      return this.#protocol.exited.wait();
    }
    using deadline = new Deadline({ signal, timeoutMs }, this.#clock);
    try {
      return await this.#protocol.exited.wait(deadline.signal);
    } catch (thrown) {
      throw deadline.expired ? new TimeoutExpired('wait()', timeoutMs ?? 0) : thrown;
    }
  }

  /**
   * Writes the input, closes stdin, reads stdout and stderr to their ends, and waits for the exit.
   *
   * If a call ends early (abort, timeout), no output is lost: the next call returns all of it. After an overflow the next
   * call returns the first `maxBytes`, and drops the rest. The limits of the first call apply to the later ones too.
   * @param input - Text as UTF-8, bytes, or an iterable of them. Default: none; stdin is closed at once.
   * @param options - See `CommunicateOptions`.
   * @returns stdout and stderr; `null` for one that is not a `PIPE`.
   * @throws {ValueError} (rejects) if there is input and stdin is not a `PIPE`, or for input after a call that ended early.
   * @throws {TimeoutExpired} (rejects) after `timeoutMs`, with the output so far; the child is left alone.
   * @throws {OutputOverflowError} (rejects) if an output is longer than `maxBytes` and `overflow` is `'error'`.
   * @asyncio Process.communicate
   * Differs: input without a pipe is an error instead of being dropped; takes text, limits and a grace for held pipes.
   */
  async communicate(
    input: CommunicateInput = null,
    options: CommunicateOptions = {},
  ): Promise<[stdout: BytesOf<Stdout>, stderr: BytesOf<Stderr>]> {
    const { stdout, stderr } = await this.communicateInFull(input, options);
    return [stdout as BytesOf<Stdout>, stderr as BytesOf<Stderr>];
  }

  /**
   * Like `communicate`, and also returns what is missing in the outputs: the bytes that `overflow: 'truncate'` dropped, and
   * the pipes that a descendant still held open when `drainGraceMs` was over.
   * @param input - As for `communicate`.
   * @param options - As for `communicate`.
   * @throws as `communicate`.
   * Differs: asyncio has no such method.
   */
  communicateInFull(input: CommunicateInput = null, options: CommunicateOptions = {}): Promise<Communicated> {
    return this.#communication.run(input, options);
  }

  /**
   * Sends a signal to the child, or to its process group.
   *
   * A group can be signalled for as long as it has members, also after the child exited.
   * @param signal - Its name or number.
   * @param scope - `'process'` for the child alone, `'group'` for its own process group. Default: `'process'`.
   * @throws as `SubprocessTransport.sendSignal`; `ProcessLookupError` for the child after its return code is known.
   * @asyncio Process.send_signal
   */
  sendSignal(signal: Signal, scope?: SignalScope): void {
    this.#transport.sendSignal(signal, scope);
  }

  /**
   * Makes the child and its pipes keep this process alive. That is the default.
   * Differs: asyncio has no such method; a program ends with its loop.
   */
  ref(): void {
    this.#transport.ref();
  }

  /**
   * Lets this process end while the child runs; the child continues to run.
   * Differs: asyncio has no such method; a program ends with its loop.
   */
  unref(): void {
    this.#transport.unref();
  }

  /**
   * Sends SIGTERM.
   * @throws as `sendSignal`.
   * @asyncio Process.terminate
   */
  terminate(): void {
    this.#transport.terminate();
  }

  /**
   * Sends SIGKILL.
   * @throws as `sendSignal`.
   * @asyncio Process.kill
   */
  kill(): void {
    this.#transport.kill();
  }

  /** Closes stdin, stops the child (see `stop`), and closes its pipes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stdin?.close();
    if (this.returncode === null) {
      await this.stop();
    }
    this.#transport.close();
    if (!this.#isUnstoppable && !this.#protocol.finished.settled) {
      await ignoreTimeout(this.#protocol.finished, REAP_LIMIT_MS, this.#clock);
    }
  }

  /**
   * Stops the child with SIGTERM and SIGCONT, and after a grace period with SIGKILL; resolves when it is reaped.
   *
   * The pipes stay open, so that the rest of the output can be read. It does not reject because of the child, also not if
   * SIGKILL does not end it. If the child has ended already it sends nothing.
   * @param options - See `StopOptions`.
   * @throws {ValueError} (rejects) unless `graceMs` is at least 0.
   * Differs: asyncio has no such method.
   */
  async stop(options: StopOptions = {}): Promise<StopReport> {
    const { graceMs = this.#stopGraceMs } = ownOptions(options, STOP_OPTIONS);
    checkDuration(graceMs, 'graceMs');
    if (this.#isUnstoppable) {
      return { returncode: this.returncode, escalated: false };
    }
    if (this.returncode === null) {
      this.#trySignal('SIGTERM');
      // A stopped child handles SIGTERM only after it was continued.
      this.#trySignal('SIGCONT');
      await ignoreTimeout(this.#protocol.exited, graceMs, this.#clock);
    }
    const escalated = this.returncode === null && this.#trySignal('SIGKILL');
    if (escalated) {
      await ignoreTimeout(this.#protocol.exited, REAP_LIMIT_MS, this.#clock);
    }
    this.#isUnstoppable = this.returncode === null;
    return { returncode: this.returncode, escalated };
  }

  /** Returns the pid as text, and nothing that may be secret. */
  override toString(): string {
    return `<Process ${this.pid ?? 'without pid'}>`;
  }

  /** Tells whether the signal was sent. */
  #trySignal(signal: Signal): boolean {
    try {
      this.sendSignal(signal);
      return true;
    } catch (thrown) {
      // Ended meanwhile, lost, no permission, or no signals at all: the next step of `stop` follows in any case.
      const expected = thrown instanceof ProcessLookupError || thrown instanceof NotSupportedError;
      if (!expected && !(thrown instanceof SubprocessError)) {
        throw thrown;
      }
      return false;
    }
  }

  get #clock(): Clock {
    return this.#transport.getExtraInfo('clock', systemClock) as Clock;
  }
}

/** Waits for at most `limitMs`; a lost link ends the wait too. */
async function ignoreTimeout(
  event: Pick<Outcome<unknown>, 'settled' | 'wait'>,
  limitMs: number,
  clock: Clock,
): Promise<void> {
  if (event.settled) {
    return;
  }
  using deadline = new Deadline({ timeoutMs: limitMs }, clock);
  await event.wait(deadline.stop).catch(() => undefined);
}
