/**
 * Make a pipe; our end becomes a transport.
 *
 * @asyncio subprocess.PIPE
 */
export const PIPE: -1 = -1;
/**
 * Only for `stderr`: the same destination as `stdout`, whatever that is.
 *
 * @asyncio subprocess.STDOUT
 */
export const STDOUT: -2 = -2;
/**
 * The null device.
 *
 * @asyncio subprocess.DEVNULL
 */
export const DEVNULL: -3 = -3;

/** Anything that carries an open descriptor: a `FileHandle`, a file stream. */
export interface HasFd {
  readonly fd: number;
}

/**
 * One end of a pipe between two children, from `backend.createPipe()`.
 *
 * For backend authors: make a subclass; only the backend that made an end knows what it is.
 */
export abstract class PipeEnd {
  /** The name of the backend that made it. */
  abstract readonly backendName: string;
}

/**
 * A place for the child's input or one of its outputs: `PIPE`, `DEVNULL`, `null` to inherit ours, or an open descriptor,
 * which the child gets a duplicate of and which is never closed by us; or an end of a pipe to another child.
 */
export type Stdio = number | HasFd | PipeEnd | null;

/** A place for the child's stderr: as `Stdio`, or `STDOUT`. */
export type StderrStdio = Stdio;

/** What a backend has to put at one of the child's descriptors. */
export type StdioSlot =
  | { readonly kind: 'pipe' }
  | { readonly kind: 'null' }
  /** An open descriptor of this process. */
  | { readonly kind: 'fd'; readonly fd: number }
  /** An end of a pipe to another child. */
  | { readonly kind: 'end'; readonly end: PipeEnd }
  /** The very description that stands at descriptor 1; only at 2, and only if 1 is a pipe. */
  | { readonly kind: 'stdout' };
