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

/** The options that the streams add to those of the transport. */
interface StreamOptions extends ProcessOptions {
  /** As for `StreamReaderOptions`, for each output. Default: 65 536 bytes. */
  readonly limit?: number;
}

/** Options of `createSubprocessExec`. `stdin`, `stdout` and `stderr` are inherited by default. */
export interface CreateExecOptions extends SubprocessExecOptions, StreamOptions {}

/** Options of `createSubprocessShell`. `stdin`, `stdout` and `stderr` are inherited by default. */
export interface CreateShellOptions extends SubprocessShellOptions, StreamOptions {}

/** The type of a stream: the stream if the option is `PIPE`, `null` if it is not, and either if that is not known. */
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

/** The type of the `Process` for given options: a stream is `null` unless its option is `PIPE`. */
export type ProcessWith<Options> = Process<
  StreamOf<Options, 'stdin', StreamWriter>,
  StreamOf<Options, 'stdout', StreamReader>,
  StreamOf<Options, 'stderr', StreamReader>
>;

/**
 * Starts a program and returns it as a `Process` with streams.
 *
 * It resolves when the program was started, not when it has ended.
 * @param program - Looked up in the PATH of the child, unless it contains a slash.
 * @param args - The arguments, without the program. Default: none.
 * @param options - The options of `subprocessExec`, `limit` and `stopGraceMs`.
 * @throws as `subprocessExec`; `ValueError` (rejects) unless `limit` is greater than 0 and `stopGraceMs` at least 0.
 * @asyncio asyncio.create_subprocess_exec
 * Differs: takes an array of arguments and an object of options; checks `limit` before it starts anything.
 */
export async function createSubprocessExec<
  const Options extends CreateExecOptions & Only<keyof CreateExecOptions, Options> = object,
>(
  program: string | Uint8Array | URL,
  args: readonly (string | Uint8Array)[] = [],
  options?: Hinted<Options, CreateExecOptions>,
): Promise<ProcessWith<Options>> {
  const { low, high } = splitOptions<CreateExecOptions>(options === undefined ? {} : options);
  const [transport, protocol] = await subprocessExec(() => streamProtocol(high, low), program, args, low);
  return new Process(transport, protocol, high.process) as unknown as ProcessWith<Options>;
}

/**
 * Runs a command line with the shell and returns the shell as a `Process` with streams.
 *
 * @param command - Passed to the shell unchanged; quote untrusted text with `shlex.quote` or `shellCommand`.
 * @param options - The options of `subprocessShell`, `limit` and `stopGraceMs`.
 * @throws as `subprocessShell`; `ValueError` (rejects) unless `limit` is greater than 0 and `stopGraceMs` at least 0.
 * @asyncio asyncio.create_subprocess_shell
 * Differs: takes an object of options.
 */
export async function createSubprocessShell<
  const Options extends CreateShellOptions & Only<keyof CreateShellOptions, Options> = object,
>(command: string | Uint8Array, options?: Hinted<Options, CreateShellOptions>): Promise<ProcessWith<Options>> {
  const { low, high } = splitOptions<CreateShellOptions>(options === undefined ? {} : options);
  const [transport, protocol] = await subprocessShell(() => streamProtocol(high, low), command, low);
  return new Process(transport, protocol, high.process) as unknown as ProcessWith<Options>;
}

interface HighOptions {
  readonly limit: number | undefined;
  readonly process: ProcessOptions;
}

/** Separates the options of this layer from those of the transport, which refuses unknown ones. */
function splitOptions<Options extends CreateExecOptions | CreateShellOptions>(
  options: Options,
): { readonly high: HighOptions; readonly low: Omit<Options, keyof StreamOptions> } {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('options must be an object');
  }
  const low = Object.create(null) as Record<string, unknown>;
  low['stdin'] = low['stdout'] = low['stderr'] = null;
  for (const name of Object.keys(options) as (keyof Options & string)[]) {
    // `undefined` means the default.
    if (options[name] !== undefined && name !== 'limit' && name !== 'stopGraceMs') {
      low[name] = options[name];
    }
  }
  const limit = ownProperty(options, 'limit');
  const stopGraceMs = ownProperty(options, 'stopGraceMs');
  // Checked before anything is started.
  if (limit !== undefined && (typeof limit !== 'number' || !(limit > 0))) {
    throw new ValueError('limit must be a number greater than 0');
  }
  if (stopGraceMs !== undefined) {
    checkDuration(stopGraceMs, 'stopGraceMs');
  }
  const process = stopGraceMs === undefined ? {} : { stopGraceMs };
  return { high: { limit, process }, low: low as Omit<Options, keyof StreamOptions> };
}

function ownProperty<Options, Key extends keyof Options>(options: Options, key: Key): Options[Key] | undefined {
  return Object.hasOwn(options as object, key) ? options[key] : undefined;
}

function streamProtocol(high: HighOptions, low: Pick<SubprocessExecOptions, 'extraFds'>): SubprocessStreamProtocol {
  const { limit } = high;
  const places = ownProperty(low, 'extraFds');
  if (places === undefined) {
    return new SubprocessStreamProtocol(limit === undefined ? {} : { limit });
  }
  const extraFds = Object.entries(places)
    .filter(([, given]) => given === PIPE)
    .map(([fd]) => Number(fd));
  return new SubprocessStreamProtocol(limit === undefined ? { extraFds } : { limit, extraFds });
}
