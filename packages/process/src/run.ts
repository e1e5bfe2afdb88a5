import {
  systemClock,
  TransportLostError,
  ValueError,
  type SubprocessExecOptions,
  type SubprocessShellOptions,
} from '@subwire/transport';
import type { Communicated, CommunicateInput, CommunicateOptions } from './communicate.js';
import { signalOf, type CompletedProcess, type OutputAs } from './completedProcess.js';
import { createSubprocessExec, createSubprocessShell } from './createSubprocess.js';
import { Deadline } from './deadline.js';
import type { CaptureLimits } from './outputCollector.js';
import type { Process } from './process.js';
import { CalledProcessError, OutputOverflowError, TimeoutExpired } from './processErrors.js';
import { openStdio, type Places, type RunSource, type RunTarget } from './runStdio.js';

/** Most bytes of each output that `run` keeps unless told otherwise: 100 MiB. */
const DEFAULT_MAX_BYTES = 104_857_600;

/** How long `run` waits, after the exit, for outputs that a descendant holds, unless told otherwise. */
const DEFAULT_DRAIN_GRACE_MS = 1_000;

/** What `run` and `shell` have in common. */
interface RunSettings<Encoding> extends CaptureLimits {
  /** Written to the child's input, which is closed then. Node and web streams are iterables too. Default: empty. */
  readonly input?: CommunicateInput;
  /** The child's input, where there is no `input`. Default: `DEVNULL`. */
  readonly stdin?: RunSource;
  /** Default: `PIPE`, that is captured. */
  readonly stdout?: RunTarget;
  /** Default: `PIPE`, that is captured. */
  readonly stderr?: RunTarget;
  /** Makes the outputs text, for instance `'utf8'`. Default: bytes. */
  readonly encoding?: Encoding;
  /** Ends the child when its time is over; the call rejects with `TimeoutExpired`. Milliseconds. Default: no limit. */
  readonly timeoutMs?: number;
  /** Ends the child on abort; the call rejects with `signal.reason` once it is reaped. */
  readonly signal?: AbortSignal;
  /** Rejects with `CalledProcessError` unless the return code is 0. Default: `false`. */
  readonly check?: boolean;
  /** How long to wait between SIGTERM and SIGKILL when the child has to be ended. Default: 5 000 milliseconds. */
  readonly stopGraceMs?: number;
  /** How long after the exit to wait for outputs that a descendant holds. Default: 1 000 milliseconds. */
  readonly drainGraceMs?: number;
  /** Called with the length of each captured chunk. */
  readonly onBytes?: (nbytes: number) => void;
}

type OwnStdio = 'stdin' | 'stdout' | 'stderr' | 'signal';

/** Options of `run`. */
export interface RunOptions<Encoding extends string | undefined = string | undefined>
  extends RunSettings<Encoding>, Omit<SubprocessExecOptions, OwnStdio> {}

/** Options of `shell`. */
export interface ShellOptions<Encoding extends string | undefined = string | undefined>
  extends RunSettings<Encoding>, Omit<SubprocessShellOptions, OwnStdio> {}

/**
 * Runs a program to its end and returns what it wrote.
 *
 * It always settles: after `timeoutMs`, at the latest `stopGraceMs` and `drainGraceMs` later, whatever the child and its
 * descendants do. A return code other than 0 is a result, unless `check` is set.
 * @param program - Looked up in the child's PATH, unless it contains a slash.
 * @param args - Arguments, without the program. Default: none.
 * @param options - See `RunOptions`.
 * @throws {SpawnError} (rejects) if it cannot be started.
 * @throws {CalledProcessError} (rejects) for a return code other than 0, with `check`.
 * @throws {TimeoutExpired} (rejects) when its time was over, with the output so far, even if it then exited with 0.
 * @throws {OutputOverflowError} (rejects) if it wrote more than `maxBytes` (default: 100 MiB); it has been ended.
 * @asyncio subprocess.run, which asyncio itself lacks
 */
export async function run<const Encoding extends string | undefined = undefined>(
  program: string | URL,
  args: readonly string[] = [],
  options: RunOptions<Encoding> = {},
): Promise<CompletedProcess<OutputAs<Encoding>>> {
  return runToEnd(String(program), args, options, (low) => createSubprocessExec(program, args, low));
}

/**
 * Runs a command line with the shell to its end and returns what it wrote; everything else is as for `run`.
 *
 * @param command - Given to the shell as it is; quote foreign text with `shlex.quote` or `shellCommand`.
 * @param options - See `ShellOptions`.
 */
export async function shell<const Encoding extends string | undefined = undefined>(
  command: string,
  options: ShellOptions<Encoding> = {},
): Promise<CompletedProcess<OutputAs<Encoding>>> {
  const program = options.executable === undefined ? '/bin/sh' : String(options.executable);
  return runToEnd(program, ['-c', command], options, (low) => createSubprocessShell(command, low));
}

type LowOptions = Omit<SubprocessExecOptions, OwnStdio> & Places & { readonly signal: AbortSignal };

async function runToEnd<Encoding extends string | undefined>(
  program: string,
  args: readonly string[],
  options: RunOptions<Encoding>,
  create: (low: LowOptions) => Promise<Process>,
): Promise<CompletedProcess<OutputAs<Encoding>>> {
  const { input, stdin, stdout, stderr, encoding, timeoutMs, signal, check, ...rest } = ownSettings(options);
  const { maxBytes = DEFAULT_MAX_BYTES, overflow = 'error', drainGraceMs = DEFAULT_DRAIN_GRACE_MS, ...more } = rest;
  const { onBytes = () => undefined, ...low } = more;
  const hasInput = input !== undefined && input !== null;
  if (hasInput && stdin !== undefined) {
    throw new ValueError('input and stdin exclude each other');
  }
  const decode = decoderOf(encoding);
  signal?.throwIfAborted();
  const clock = low.backend?.clock ?? systemClock;
  const startedAt = clock.now();
  using deadline = new Deadline({ signal, timeoutMs }, clock);
  const opened = await openStdio({ stdin, stdout, stderr }, hasInput);
  let created: Process;
  try {
    created = await create({ ...low, ...opened.places, signal: deadline.signal });
  } catch (thrown) {
    throw deadline.expired ? new TimeoutExpired(`the start of ${JSON.stringify(program)}`, timeoutMs ?? 0) : thrown;
  } finally {
    await opened.close();
  }
  await using process = created;
  const ended = await converse(process, input, { maxBytes, overflow, drainGraceMs, onBytes }, deadline.signal);
  const returncode = await process.wait();
  const result: CompletedProcess<OutputAs<Encoding>> = {
    program,
    args,
    pid: process.pid,
    returncode,
    signal: signalOf(returncode),
    stdout: decode(ended.done.stdout),
    stderr: decode(ended.done.stderr),
    durationMs: clock.now() - startedAt,
    truncated: ended.done.truncated,
    timedOut: deadline.expired && ended.failure !== null,
    heldPipes: ended.done.heldPipes,
  };
  if (result.timedOut) {
    throw new TimeoutExpired(JSON.stringify(program), timeoutMs ?? 0, result, result);
  }
  if (ended.failure !== null) {
    const { reason } = ended.failure;
    throw reason instanceof OutputOverflowError ? new OutputOverflowError(reason.fd, maxBytes, result) : reason;
  }
  if (check === true && returncode !== 0) {
    throw new CalledProcessError(result);
  }
  return result;
}

/** Own properties only, as everywhere; what this layer does not know is checked by the one below. */
function ownSettings<Options extends object>(options: Options): Options {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('options must be an object');
  }
  return Object.assign(Object.create(null) as Options, options);
}

interface Ended {
  readonly done: Communicated;
  /** Why the child had to be ended, `null` if it ended by itself. */
  readonly failure: { readonly reason: unknown } | null;
}

/** Talks to the child until its end, which it brings about itself if the conversation fails. */
async function converse(
  process: Process,
  input: CommunicateInput,
  limits: CommunicateOptions & { readonly drainGraceMs: number },
  signal: AbortSignal,
): Promise<Ended> {
  try {
    return { done: await process.communicateInFull(input, { ...limits, signal }), failure: null };
  } catch (reason) {
    if (reason instanceof TransportLostError) {
      throw reason;
    }
    // Its outputs are read on meanwhile: a child that is asked to end may have something to say first.
    const [, rest] = await Promise.allSettled([process.stop(), process.communicateInFull(null, limits)]);
    return { done: rest.status === 'fulfilled' ? rest.value : outputOf(rest.reason), failure: { reason } };
  }
}

/** What was captured of an output that overflowed. */
function outputOf(error: unknown): Communicated {
  const { stdout, stderr } = error as { stdout?: Uint8Array | null; stderr?: Uint8Array | null };
  return { stdout: stdout ?? null, stderr: stderr ?? null, truncated: { stdout: 0, stderr: 0 }, heldPipes: [] };
}

function decoderOf<Encoding extends string | undefined>(
  encoding: Encoding | undefined,
): (bytes: Uint8Array | null) => OutputAs<Encoding> | null {
  if (encoding === undefined) {
    return (bytes) => bytes as OutputAs<Encoding> | null;
  }
  const decoder = new TextDecoder(encoding);
  return (bytes) => (bytes === null ? null : (decoder.decode(bytes) as OutputAs<Encoding>));
}
