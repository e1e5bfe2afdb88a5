import {
  PIPE,
  subprocessExec,
  subprocessShell,
  ValueError,
  type SubprocessExecOptions,
  type SubprocessShellOptions,
} from '@subwire/transport';
import type { Hinted, Only } from '../results/completedProcess.js';
import { checkDuration } from '../wait/durations.js';
import { Process, type ProcessOptions } from './process.js';
import type { StreamReader } from '../reader/streamReader.js';
import type { StreamWriter } from '../writer/streamWriter.js';
import { SubprocessStreamProtocol } from './subprocessStreamProtocol.js';

/** What the streams add to the options of the low level. */
interface StreamOptions extends ProcessOptions {
  /** Marks of the readers, see `StreamReader`. Default: 65 536 bytes. */
  readonly limit?: number;
}

/** Options of `createSubprocessExec`; the child's descriptors are inherited unless said otherwise. */
export interface CreateExecOptions extends SubprocessExecOptions, StreamOptions {}

/** Options of `createSubprocessShell`; the child's descriptors are inherited unless said otherwise. */
export interface CreateShellOptions extends SubprocessShellOptions, StreamOptions {}

/** A stream that is there if an option is `PIPE`, `null` if it is something else, and unknown if the option is. */
type StreamOf<Options, Key extends string, Stream> =
  Options extends Readonly<Record<Key, infer Given>>
    ? [Given] extends [typeof PIPE]
      ? Stream
      : typeof PIPE extends Given
        ? Stream | null
        : null
    : Key extends keyof Options
      ? Stream | null
      : null;

/** The `Process` that options make: each stream is there exactly if its option is `PIPE`. */
export type ProcessWith<Options> = Process<
  StreamOf<Options, 'stdin', StreamWriter>,
  StreamOf<Options, 'stdout', StreamReader>,
  StreamOf<Options, 'stderr', StreamReader>
>;

/**
 * Starts a program and gives it streams.
 *
 * Resolves when the program runs, not when it has ended.
 * @param program - Looked up in the child's PATH, unless it contains a slash.
 * @param args - Arguments, without the program. Default: none.
 * @param options - Everything that `subprocessExec` takes, and `limit`. Stdio is inherited by default.
 * @throws as `subprocessExec`; `ValueError` (rejects) unless `limit` is greater than 0.
 * @asyncio asyncio.create_subprocess_exec
 * Differs: arguments stand in an array and options in an object; `limit` is checked before anything is started.
 */
export async function createSubprocessExec<
  const Options extends CreateExecOptions & Only<keyof CreateExecOptions, Options> = object,
>(
  program: string | Uint8Array | URL,
  args: readonly (string | Uint8Array)[] = [],
  options?: Hinted<Options, CreateExecOptions>,
): Promise<ProcessWith<Options>> {
  const { low, ...high } = splitOptions<CreateExecOptions>(options === undefined ? {} : options);
  const [transport, protocol] = await subprocessExec(() => streamProtocol(high, low), program, args, low);
  return new Process(transport, protocol, high.process) as unknown as ProcessWith<Options>;
}

/**
 * Runs a command line with the shell and gives it streams.
 *
 * @param command - Given to the shell as it is; quote foreign text with `shlex.quote` or `shellCommand`.
 * @param options - Everything that `subprocessShell` takes, and `limit`. Stdio is inherited by default.
 * @throws as `subprocessShell`; `ValueError` (rejects) unless `limit` is greater than 0.
 * @asyncio asyncio.create_subprocess_shell
 * Differs: options in an object.
 */
export async function createSubprocessShell<
  const Options extends CreateShellOptions & Only<keyof CreateShellOptions, Options> = object,
>(command: string | Uint8Array, options?: Hinted<Options, CreateShellOptions>): Promise<ProcessWith<Options>> {
  const { low, ...high } = splitOptions<CreateShellOptions>(options === undefined ? {} : options);
  const [transport, protocol] = await subprocessShell(() => streamProtocol(high, low), command, low);
  return new Process(transport, protocol, high.process) as unknown as ProcessWith<Options>;
}

interface HighOptions {
  readonly limit: number | undefined;
  readonly process: ProcessOptions;
}

/** Parts the options of this layer from those of the layer below, which refuses what it does not know. */
function splitOptions<Options extends CreateExecOptions | CreateShellOptions>(
  options: Options,
): HighOptions & { readonly low: Omit<Options, keyof StreamOptions> } {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('options must be an object');
  }
  const inherited = { stdin: null, stdout: null, stderr: null };
  const own = Object.assign(Object.create(null) as Options, inherited, withoutUndefined(options));
  const { limit, stopGraceMs, ...low } = own;
  // All before anything is started.
  if (limit !== undefined && (typeof limit !== 'number' || !(limit > 0))) {
    throw new ValueError('limit must be a number greater than 0');
  }
  if (stopGraceMs !== undefined) {
    checkDuration(stopGraceMs, 'stopGraceMs');
  }
  return { limit, process: stopGraceMs === undefined ? {} : { stopGraceMs }, low };
}

/** An option that is there and `undefined` means its default. */
function withoutUndefined<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options>;
}

function streamProtocol(high: HighOptions, low: Pick<SubprocessExecOptions, 'extraFds'>): SubprocessStreamProtocol {
  const extraFds = Object.entries((Object.hasOwn(low, 'extraFds') ? low.extraFds : undefined) ?? {})
    .filter(([, given]) => given === PIPE)
    .map(([fd]) => Number(fd));
  return new SubprocessStreamProtocol(high.limit === undefined ? { extraFds } : { limit: high.limit, extraFds });
}
