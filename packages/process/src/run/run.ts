import {
  showByteString,
  PIPE,
  systemClock,
  ValueError,
  type SubprocessExecOptions,
  type SubprocessShellOptions,
} from '@subwire/transport';
import {
  signalOf,
  type CompletedProcess,
  type CompletedWith,
  type Hinted,
  type Only,
} from '../results/completedProcess.js';
import { createSubprocessExec, createSubprocessShell } from '../process/createSubprocess.js';
import { Deadline } from '../wait/deadline.js';
import { checkDuration } from '../wait/durations.js';
import { checkInput, holdErrors, type CommunicateInput } from '../process/inputFeed.js';
import { checkCaptureLimits, type CaptureLimits } from '../process/outputCollector.js';
import type { Process } from '../process/process.js';
import { CalledProcessError, OutputOverflowError, TimeoutExpired } from '../results/processErrors.js';
import { communicateToEnd, type CommunicationLimits } from './communicateToEnd.js';
import {
  checkPlaces,
  givenPlaces,
  needsFiles,
  openStdio,
  type Places,
  type RunSource,
  type RunTarget,
} from './runStdio.js';

/** Default of `maxBytes`: 100 MiB. */
const DEFAULT_MAX_BYTES = 104_857_600;

/** Default of `drainGraceMs`. */
const DEFAULT_DRAIN_GRACE_MS = 1_000;

/** The options that `createSubprocessExec` does not know. */
const OWN_OPTIONS: ReadonlySet<string> = new Set<keyof RunOptions>([
  'input',
  'encoding',
  'timeoutMs',
  'check',
  'maxBytes',
  'overflow',
  'drainGraceMs',
  'onBytes',
]);

/** Options of `run` and of `shell`. */
interface RunSettings extends CaptureLimits {
  /** Input that is written to stdin, which is closed then. Node and web streams are iterables too. Default: none. */
  readonly input?: CommunicateInput;
  /** The stdin of the child. Excludes `input`. Default: `DEVNULL`. */
  readonly stdin?: RunSource;
  /** The stdout of the child. Default: `PIPE`, which means that it is captured. */
  readonly stdout?: RunTarget;
  /** The stderr of the child. Default: `PIPE`, which means that it is captured. */
  readonly stderr?: RunTarget;
  /** The encoding of the outputs, for instance `'utf8'`: then they are strings. Default: none; they are bytes. */
  readonly encoding?: string;
  /** Ends the child after so many milliseconds; the call rejects with `TimeoutExpired`. Default: no limit. */
  readonly timeoutMs?: number;
  /** Ends the child on abort; the call rejects with `signal.reason` after the child was reaped. Default: none. */
  readonly signal?: AbortSignal;
  /** Rejects with `CalledProcessError` unless the return code is 0. Default: `false`. */
  readonly check?: boolean;
  /** How long to wait between SIGTERM and SIGKILL when the child has to be ended. Default: 5 000 milliseconds. */
  readonly stopGraceMs?: number;
  /** How long after the exit to wait for outputs that a descendant holds open. Default: 1 000 milliseconds. */
  readonly drainGraceMs?: number;
  /** Called with the number of bytes of each captured chunk. Default: none. */
  readonly onBytes?: (nbytes: number) => void;
}

type OwnStdio = 'stdin' | 'stdout' | 'stderr' | 'signal';

/** Options of `run`. */
export interface RunOptions extends RunSettings, Omit<SubprocessExecOptions, OwnStdio> {}

/** Options of `shell`. */
export interface ShellOptions extends RunSettings, Omit<SubprocessShellOptions, OwnStdio> {}

/**
 * Runs a program to its end and returns what it wrote.
 *
 * It settles whatever the child and its descendants do: after `timeoutMs`, at most `stopGraceMs` and `drainGraceMs` later,
 * and 5 seconds more if SIGKILL does not end the child. A return code other than 0 is a result, unless `check` is set.
 * @param program - Looked up in the PATH of the child, unless it contains a slash.
 * @param args - The arguments, without the program. Default: none.
 * @param options - See `RunOptions`.
 * @throws {SpawnError} (rejects) if the program cannot be started, or a file of its stdio cannot be opened.
 * @throws {ValueError} (rejects) for a value out of range, or a word such as `'inherit'` as stdio.
 * @throws {CalledProcessError} (rejects) for a return code other than 0, with `check`.
 * @throws {TimeoutExpired} (rejects) after `timeoutMs`, with the output so far, also if the child then exited with 0.
 * @throws {OutputOverflowError} (rejects) if an output is longer than `maxBytes` (default: 100 MiB); the child was ended.
 * @throws `options.signal.reason` (rejects) on abort.
 * @asyncio subprocess.run, which asyncio itself lacks
 */
export async function run<const Options extends RunOptions & Only<keyof RunOptions, Options> = object>(
  program: string | Uint8Array | URL,
  args: readonly (string | Uint8Array)[] = [],
  options?: Hinted<Options, RunOptions>,
): Promise<CompletedWith<Options>> {
  const start: Create = (low) => createSubprocessExec(program, args, low);
  return (await runToEnd(nameOf(program), textOf(args), ownSettings(options), start)) as CompletedWith<Options>;
}

/**
 * Runs a command line with the shell to its end and returns what it wrote.
 *
 * Everything else is as for `run`.
 * @param command - Passed to the shell unchanged; quote untrusted text with `shlex.quote` or `shellCommand`.
 * @param options - See `ShellOptions`.
 * @throws as `run`.
 * @asyncio subprocess.run with `shell=True`
 */
export async function shell<const Options extends ShellOptions & Only<keyof ShellOptions, Options> = object>(
  command: string | Uint8Array,
  options?: Hinted<Options, ShellOptions>,
): Promise<CompletedWith<Options>> {
  const own: ShellOptions = ownSettings(options);
  const program = nameOf(own.executable ?? '/bin/sh');
  const start: Create = (low) => createSubprocessShell(command, low);
  return (await runToEnd(program, textOf(['-c', command]), own, start)) as CompletedWith<Options>;
}

/** Returns the name of a program for results and messages. */
function nameOf(program: string | Uint8Array | URL): string {
  return program instanceof Uint8Array ? showByteString(program) : String(program);
}

/** Returns the arguments for results. `createSubprocessExec` refuses a value of another type. */
function textOf(args: readonly (string | Uint8Array)[]): readonly string[] {
  return Array.isArray(args) ? args.map((arg: string | Uint8Array) => showByteString(arg)) : [];
}

type LowOptions = Omit<SubprocessExecOptions, OwnStdio> & Places & { readonly signal?: AbortSignal };

type Create = (low: LowOptions) => Promise<Process>;

async function runToEnd(
  program: string,
  args: readonly string[],
  own: RunOptions,
  create: Create,
): Promise<CompletedProcess> {
  const { input, encoding, timeoutMs, check } = own;
  const limits = limitsOf(own);
  checkSettings(own, limits);
  const decode = decoderOf(encoding);
  own.signal?.throwIfAborted();
  const clock = own.backend?.clock ?? systemClock;
  const startedAt = clock.now();
  const deadline = new Deadline({ signal: own.signal, timeoutMs }, clock);
  try {
    const process = await startWithPlaces(program, own, create, deadline);
    try {
      const { done, failure } = await communicateToEnd(process, input, limits, deadline.signalIfAny);
      const { pid, returncode } = process;
      // The timeout may also expire while the child is ended for another reason.
      const timedOut = deadline.expired && failure?.reason === deadline.signal.reason;
      const output = { stdout: decode(done.stdout), stderr: decode(done.stderr) };
      const { stdout, stderr } = output;
      const signal = returncode === null ? null : signalOf(returncode);
      const durationMs = clock.now() - startedAt;
      const { truncated, heldPipes } = done;
      // Every field by its name: to spread objects into it costs as much as the rest of this method.
      const result =
        returncode === null
          ? null
          : { program, args, pid, returncode, signal, stdout, stderr, durationMs, truncated, timedOut, heldPipes };
      if (timedOut) {
        throw new TimeoutExpired(JSON.stringify(program), timeoutMs ?? 0, output, result);
      }
      if (failure !== null || result === null) {
        const reason = failure?.reason;
        throw reason instanceof OutputOverflowError
          ? new OutputOverflowError(reason.fd, reason.maxBytes, output)
          : reason;
      }
      if (check === true && result.returncode !== 0) {
        throw new CalledProcessError(result);
      }
      return result;
    } finally {
      await process[Symbol.asyncDispose]();
    }
  } finally {
    deadline[Symbol.dispose]();
  }
}

/** Opens the files among the places and starts the child. */
function startWithPlaces(program: string, own: RunOptions, create: Create, deadline: Deadline): Promise<Process> {
  const { input, stdin, stdout, stderr } = own;
  holdErrors(input);
  const places = { stdin, stdout, stderr };
  return needsFiles(places)
    ? startWithFiles(program, own, create, deadline)
    : startInTime(program, own, givenPlaces(places, isGiven(input)), create, deadline);
}

async function startWithFiles(program: string, own: RunOptions, create: Create, deadline: Deadline): Promise<Process> {
  const opened = await openStdio(program, own, isGiven(own.input));
  try {
    return await startInTime(program, own, opened.places, create, deadline);
  } finally {
    await opened.close();
  }
}

/** Not `async`: most starts have no timeout. */
function startInTime(
  program: string,
  own: RunOptions,
  places: Places,
  create: Create,
  deadline: Deadline,
): Promise<Process> {
  const signal = deadline.signalIfAny;
  const started = create(lowOptions(own, places, signal));
  if (signal === undefined) {
    return started;
  }
  return started.catch((thrown: unknown) => {
    throw deadline.expired ? new TimeoutExpired(`the start of ${JSON.stringify(program)}`, own.timeoutMs ?? 0) : thrown;
  });
}

/**
 * Returns a copy of the own properties. Unknown options are refused by `createSubprocessExec`.
 * @throws {TypeError} if it is no object.
 */
export function ownSettings(options: RunOptions | ShellOptions | undefined): RunOptions {
  if (options !== undefined && (typeof options !== 'object' || options === null)) {
    throw new TypeError('options must be an object');
  }
  return Object.assign(Object.create(null) as RunOptions, options);
}

function lowOptions(own: RunOptions, places: Places, signal: AbortSignal | undefined): LowOptions {
  const low = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(own) as (keyof RunOptions)[]) {
    if (!OWN_OPTIONS.has(name)) {
      low[name] = own[name];
    }
  }
  return Object.assign(low, places, signal === undefined ? undefined : { signal });
}

function limitsOf({ maxBytes, overflow, drainGraceMs, onBytes }: RunOptions): CommunicationLimits {
  return {
    maxBytes: maxBytes ?? DEFAULT_MAX_BYTES,
    overflow: overflow ?? 'error',
    drainGraceMs: drainGraceMs ?? DEFAULT_DRAIN_GRACE_MS,
    onBytes: onBytes ?? ((): void => undefined),
  };
}

/** Checks the options before a file is truncated or a child is started. */
function checkSettings(own: RunOptions, limits: CommunicationLimits): void {
  checkCaptureLimits(limits);
  checkDuration(limits.drainGraceMs, 'drainGraceMs');
  checkInput(own.input);
  checkPlaces(own);
  if (isGiven(own.input) && own.stdin !== undefined) {
    throw new ValueError('input and stdin exclude each other');
  }
  if (
    own.extraFds !== undefined &&
    Object.values(own.extraFds).some((place) => place === PIPE || place === undefined)
  ) {
    throw new ValueError('extraFds cannot be a PIPE here: nobody would read it');
  }
}

function isGiven<Input>(input: Input): input is NonNullable<Input> {
  return input !== undefined && input !== null;
}

function decoderOf(encoding: string | undefined): (bytes: Uint8Array | null) => Uint8Array | string | null {
  if (encoding === undefined) {
    return (bytes) => bytes;
  }
  const decoder = textDecoder(encoding);
  return (bytes) => (bytes === null ? null : decoder.decode(bytes));
}

function textDecoder(encoding: string): { decode: (bytes: Uint8Array) => string } {
  try {
    // A byte order mark is kept, as in `lines()`.
    return new TextDecoder(encoding, { ignoreBOM: true });
  } catch (cause) {
    throw new ValueError(`unknown encoding ${JSON.stringify(encoding)}`, { cause });
  }
}
