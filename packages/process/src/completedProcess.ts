import { signalName, type PIPE } from '@subwire/transport';

/** An output as `encoding` asks for it. */
export type OutputAs<Encoding> = Encoding extends string ? string : Uint8Array;

/** An output as its place and `encoding` ask for it: `null` unless it is captured. */
export type CapturedAs<Place, Encoding> = [Place] extends [typeof PIPE | undefined]
  ? OutputAs<Encoding>
  : typeof PIPE extends Place
    ? OutputAs<Encoding> | null
    : null;

/**
 * A child that has ended, with everything known about it.
 *
 * @asyncio subprocess.CompletedProcess
 */
export interface CompletedProcess<
  Stdout extends Uint8Array | string | null = Uint8Array | string | null,
  Stderr extends Uint8Array | string | null = Uint8Array | string | null,
> {
  readonly program: string;
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
