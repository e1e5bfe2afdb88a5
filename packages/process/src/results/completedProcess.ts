import { signalName, type PIPE } from '@subwire/transport';

/** Makes the type checker refuse unknown option names, which a type parameter alone would accept. */
export type Only<Known, Options> = Readonly<Record<Exclude<keyof Options, Known>, never>>;

/**
 * Options whose callbacks have the parameter types of `Known`, which a type parameter alone would not give them.
 *
 * It maps the names of `Known` instead of using the type itself: else a variable of the type `Known` would be inferred as
 * that type, and not as `Options`.
 */
export type Hinted<Options, Known> = (Options & { [Name in keyof Known]: Known[Name] }) | Options;

/** The type of a captured output: text with the option `encoding`, bytes without it, and either if that is not known. */
export type OutputAs<Options> =
  Options extends Readonly<Record<'encoding', infer Encoding>>
    ? Encoding extends string
      ? string
      : Uint8Array
    : 'encoding' extends keyof Options
      ? string | Uint8Array
      : Uint8Array;

/** The type of an output: `null` unless its option is `PIPE`, which is the default. */
export type CapturedAs<Options, Key extends 'stdout' | 'stderr'> =
  Options extends Readonly<Record<Key, infer Place>>
    ? [Place] extends [typeof PIPE | undefined]
      ? OutputAs<Options>
      : typeof PIPE extends Place
        ? OutputAs<Options> | null
        : null
    : Key extends keyof Options
      ? OutputAs<Options> | null
      : OutputAs<Options>;

/** The type of the `CompletedProcess` for given options. */
export type CompletedWith<Options> = CompletedProcess<CapturedAs<Options, 'stdout'>, CapturedAs<Options, 'stderr'>>;

/**
 * The result of a child that has ended.
 *
 * @asyncio subprocess.CompletedProcess
 * Differs: an interface; also has the signal, the duration, the truncated bytes, the timeout and the held pipes.
 */
export interface CompletedProcess<
  Stdout extends Uint8Array | string | null = Uint8Array | string | null,
  Stderr extends Uint8Array | string | null = Uint8Array | string | null,
> {
  /** The program as the caller named it. */
  readonly program: string;
  /** The arguments. Bytes that are not UTF-8 are shown as `\xNN`. */
  readonly args: readonly string[];
  /** The process id, `null` if the backend has none. */
  readonly pid: number | null;
  /** The exit code, or minus the number of the signal. */
  readonly returncode: number;
  /** The name of the signal that killed it, `null` for an exit or a signal without a name. */
  readonly signal: NodeJS.Signals | null;
  /** What the child wrote to stdout, `null` if it was not captured. */
  readonly stdout: Stdout;
  /** What the child wrote to stderr, `null` if it was not captured. */
  readonly stderr: Stderr;
  /** Time from the call to the end, in milliseconds. */
  readonly durationMs: number;
  /** Number of bytes of each output that `overflow: 'truncate'` dropped. */
  readonly truncated: { readonly stdout: number; readonly stderr: number };
  /** Whether the child was ended because of `timeoutMs`. */
  readonly timedOut: boolean;
  /** Descriptors of outputs that a descendant still held open when `drainGraceMs` was over: they may be incomplete. */
  readonly heldPipes: readonly number[];
}

/** Returns the name of the signal in a return code, `null` if there is none. */
export function signalOf(returncode: number): NodeJS.Signals | null {
  return returncode < 0 ? signalName(-returncode) : null;
}
