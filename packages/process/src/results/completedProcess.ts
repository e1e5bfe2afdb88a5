import { signalName, type PIPE } from '@subwire/transport';

/** Lets the type checker refuse names that are not among the known ones, which a type parameter alone lets through. */
export type Only<Known, Options> = Readonly<Record<Exclude<keyof Options, Known>, never>>;

/**
 * Options whose callbacks get the types of their parameters from `Known`, which a type parameter alone does not give them.
 *
 * `Known` is copied: a variable of that very type would be matched with it, and not with the parameter.
 */
export type Hinted<Options, Known> = (Options & { [Name in keyof Known]: Known[Name] }) | Options;

/** A captured output as the option `encoding` asks for it: text with one, bytes without, either if that is unknown. */
export type OutputAs<Options> =
  Options extends Readonly<Record<'encoding', infer Encoding>>
    ? Encoding extends string
      ? string
      : Uint8Array
    : 'encoding' extends keyof Options
      ? string | Uint8Array
      : Uint8Array;

/** An output as its option asks for it: `null` unless it is captured, which is the default. */
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

/** The `CompletedProcess` that options make. */
export type CompletedWith<Options> = CompletedProcess<CapturedAs<Options, 'stdout'>, CapturedAs<Options, 'stderr'>>;

/**
 * A child that has ended, with everything known about it.
 *
 * @asyncio subprocess.CompletedProcess
 * Differs: an interface; tells the signal, the duration, truncation, a timeout and held pipes too.
 */
export interface CompletedProcess<
  Stdout extends Uint8Array | string | null = Uint8Array | string | null,
  Stderr extends Uint8Array | string | null = Uint8Array | string | null,
> {
  /** The program as the caller named it. */
  readonly program: string;
  /** The arguments; bytes that are no UTF-8 stand in them as `\xNN`. */
  readonly args: readonly string[];
  readonly pid: number | null;
  /** The exit code, or minus the number of the signal. */
  readonly returncode: number;
  /** The name of the signal that killed it, `null` for an exit or a signal without a name. */
  readonly signal: NodeJS.Signals | null;
  /** What it wrote, `null` where nothing was captured. */
  readonly stdout: Stdout;
  /** What it wrote to its errors, `null` where nothing was captured. */
  readonly stderr: Stderr;
  /** From the start to the end, in milliseconds. */
  readonly durationMs: number;
  /** Bytes that `overflow: 'truncate'` left out of each output. */
  readonly truncated: { readonly stdout: number; readonly stderr: number };
  /** Whether it was ended because its time was over. */
  readonly timedOut: boolean;
  /** Outputs that a descendant still held when `drainGraceMs` was over: they may be incomplete. */
  readonly heldPipes: readonly number[];
}

/** Returns the name of the signal in a return code, `null` where there is none. */
export function signalOf(returncode: number): NodeJS.Signals | null {
  return returncode < 0 ? signalName(-returncode) : null;
}
