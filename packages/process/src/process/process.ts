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

/** How long a dispose waits for the end after SIGKILL; only a child stuck in the kernel takes longer. */
const REAP_LIMIT_MS = 5_000;

const PROCESS_OPTIONS: ReadonlySet<string> = new Set<keyof ProcessOptions>(['stopGraceMs']);
const STOP_OPTIONS: ReadonlySet<string> = new Set<keyof StopOptions>(['graceMs']);

/** The bytes of a stream that may not be there. */
type BytesOf<S extends StreamReader | null> = S extends StreamReader ? Uint8Array : null;

/** Settings of a `Process`. */
export interface ProcessOptions {
  /** How long `stop()` and `await using` wait between SIGTERM and SIGKILL. Default: 5 000 milliseconds. */
  readonly stopGraceMs?: number;
}

/** Options of `Process.stop`. */
export interface StopOptions {
  /** How long to wait between SIGTERM and SIGKILL. Default: the `stopGraceMs` of the process. Milliseconds. */
  readonly graceMs?: number;
}

/** What came of `Process.stop`. */
export interface StopReport {
  /** `null` if the child is still not gone (stuck in the kernel, not ours to signal), or its link was lost. */
  readonly returncode: number | null;
  /** Whether SIGKILL was sent. */
  readonly escalated: boolean;
}

/**
 * A child process with streams.
 *
 * Made by `createSubprocessExec` and `createSubprocessShell`, or from any transport that keeps the public contract and the
 * `SubprocessStreamProtocol` connected to it. With `await using` it is ended and reaped at the end of the block.
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
  /** The child's input, `null` unless it is a `PIPE`. */
  readonly stdin: Stdin;
  /** The child's output, `null` unless it is a `PIPE`. */
  readonly stdout: Stdout;
  /** The child's errors, `null` unless they are a `PIPE`. */
  readonly stderr: Stderr;
  /** All outputs that are a `PIPE`, by the child's descriptor; also those of `extraFds`. */
  readonly outputs: ReadonlyMap<number, StreamReader>;
  /** The process id, `null` where the backend knows none. For a shell command the shell's. */
  readonly pid: number | null;
  readonly #transport: SubprocessTransport;
  readonly #protocol: SubprocessStreamProtocol;
  readonly #communication: Communication;
  readonly #stopGraceMs: number;
  /** The whole ladder did not end it; a second one would not either. */
  #beyondReach = false;

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
   * The return code: `null` while the child runs, 0 … 255 for an exit, `-N` for death by signal N.
   * @asyncio Process.returncode
   */
  get returncode(): number | null {
    return this.#transport.getReturncode();
  }

  /**
   * What the child used of processor time and memory: `null` while it runs, and where the backend cannot tell
   * (`supports.resourceUsage`).
   * Differs: asyncio has no such property; `resource.getrusage(RUSAGE_CHILDREN)` adds all children up.
   */
  get resourceUsage(): ResourceUsage | null {
    const end = this.#transport.getExtraInfo('exit') as ChildExit | null;
    return end?.resourceUsage ?? null;
  }

  /**
   * Waits for the child's end, and for nothing else: output may still be unread, and may still grow.
   *
   * Any number of callers may wait, each ends alone. It reads nothing: with a `PIPE` that nobody reads, the child may
   * never end.
   * @returns the return code.
   * @throws {TimeoutExpired} (rejects) after `timeoutMs`; the child is left alone.
   * @throws `options.signal.reason` (rejects) on abort; the child is left alone.
   * @throws {TransportLostError} (rejects) if the link to the child died.
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
   * Writes `input`, closes the child's input, reads both outputs to their ends, and waits.
   *
   * If it ends early (abort, timeout) nothing is lost: the next call returns all of the output. After an overflow the
   * next call returns the first `maxBytes` and reads the rest away. The limits of the first call hold for those after it.
   * @param input - Text (as UTF-8) or bytes. Default: none, the child's input is closed at once.
   * @returns both outputs, `null` where it is not a `PIPE`.
   * @throws {ValueError} (rejects) if there is input and no pipe for it, or input after a call that ended early.
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
   * As `communicate`, and tells what was left out: bytes dropped by `overflow: 'truncate'`, and pipes that a descendant
   * still held when `drainGraceMs` was over.
   */
  communicateInFull(input: CommunicateInput = null, options: CommunicateOptions = {}): Promise<Communicated> {
    return this.#communication.run(input, options);
  }

  /**
   * Sends a signal to the child, or with `'group'` to its own process group, which can be reached for as long as it has
   * members.
   * @throws as `SubprocessTransport.sendSignal`; for the child itself `ProcessLookupError` once the return code is known.
   * @asyncio Process.send_signal
   */
  sendSignal(signal: Signal, scope?: SignalScope): void {
    this.#transport.sendSignal(signal, scope);
  }

  /**
   * Lets the child and its pipes keep this process alive, as they do from the start.
   * Differs: asyncio has no such call; a program ends with its loop.
   */
  ref(): void {
    this.#transport.ref();
  }

  /**
   * Lets this process end although the child runs; the child lives on.
   * Differs: asyncio has no such call; a program ends with its loop.
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

  /**
   * Closes the child's input, stops the child (see `stop`), and closes its pipes.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stdin?.close();
    await this.stop();
    this.#transport.close();
    if (!this.#beyondReach) {
      await ignoreTimeout(this.#protocol.finished, REAP_LIMIT_MS, this.#clock);
    }
  }

  /**
   * Ends the child and resolves when it is reaped: SIGTERM and SIGCONT, a grace period, SIGKILL.
   *
   * Its pipes stay open, so the rest of the output can be read. It does not reject for anything that becomes of the
   * child; on one that has ended, or that nothing can end, it does nothing.
   * @param options - See `StopOptions`.
   */
  async stop(options: StopOptions = {}): Promise<StopReport> {
    const { graceMs = this.#stopGraceMs } = ownOptions(options, STOP_OPTIONS);
    checkDuration(graceMs, 'graceMs');
    if (this.#beyondReach) {
      return { returncode: this.returncode, escalated: false };
    }
    if (this.returncode === null) {
      this.#trySignal('SIGTERM');
      // A stopped child takes no notice of SIGTERM until it goes on.
      this.#trySignal('SIGCONT');
      await ignoreTimeout(this.#protocol.exited, graceMs, this.#clock);
    }
    const escalated = this.returncode === null && this.#trySignal('SIGKILL');
    if (escalated) {
      await ignoreTimeout(this.#protocol.exited, REAP_LIMIT_MS, this.#clock);
    }
    this.#beyondReach = this.returncode === null;
    return { returncode: this.returncode, escalated };
  }

  /** Shows the pid, and nothing that may be a secret. */
  override toString(): string {
    return `<Process ${this.pid ?? 'without pid'}>`;
  }

  /** Tells whether the signal was sent. */
  #trySignal(signal: Signal): boolean {
    try {
      this.sendSignal(signal);
      return true;
    } catch (thrown) {
      // Ended meanwhile, lost, not ours to signal, or no signals at all: the next step of the ladder is due anyway.
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

/** Waits for at most `limitMs`; a loss of the link ends the wait as well. */
async function ignoreTimeout(
  event: { wait(signal?: AbortSignal): Promise<unknown> },
  limitMs: number,
  clock: Clock,
): Promise<void> {
  using deadline = new Deadline({ timeoutMs: limitMs }, clock);
  await event.wait(deadline.signal).catch(() => undefined);
}
