/** The actions of a child of the compliance suite, as data. A real child runs them, and a fake one runs them in memory. */

/** What `step.print` prints, as one line on descriptor 1. */
export type Fact = 'argv' | 'argv0' | 'cwd' | 'environment' | 'group' | 'ids' | 'pid' | 'session';

/** One action of a child. A program is a list of steps. It exits with 0 after the last one. */
export type Step =
  /** Writes text, as UTF-8. */
  | { readonly do: 'write'; readonly fd: number; readonly text: string }
  /** Writes bytes. */
  | { readonly do: 'bytes'; readonly fd: number; readonly base64: string }
  /** Writes `bytes` bytes; the one at offset `i` is `i % 251`. */
  | { readonly do: 'pattern'; readonly fd: number; readonly bytes: number }
  /** Writes until a write fails; then writes the code of the error as a line to `report`. */
  | { readonly do: 'flood'; readonly fd: number; readonly report: number }
  /** Copies stdin to descriptor 1, up to its end. */
  | { readonly do: 'cat' }
  /** Reads stdin to its end and prints `count:N` as a line on descriptor 1. */
  | { readonly do: 'count' }
  /** Reads exactly so many bytes, or to the end of stdin. */
  | { readonly do: 'read'; readonly bytes: number }
  /** Reads a line and prints nothing: the child waits for the test. */
  | { readonly do: 'line' }
  /** Reads a line and prints it in capitals on descriptor 1. */
  | { readonly do: 'upper' }
  | { readonly do: 'close'; readonly fd: number }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'forever' }
  /** Ignores a signal, prints its name as a line when it arrives, or exits with a code when it arrives. */
  | { readonly do: 'trap'; readonly signal: NodeJS.Signals; readonly reaction: 'ignore' | 'report' | number }
  | { readonly do: 'exit'; readonly code: number }
  /** Sends itself a signal and waits. */
  | { readonly do: 'die'; readonly signal: NodeJS.Signals }
  /** Sends itself SIGSTOP; continues after SIGCONT. */
  | { readonly do: 'stop' }
  | { readonly do: 'print'; readonly fact: Fact }
  /** Prints the value of an environment variable as JSON, `null` if it is not set. */
  | { readonly do: 'env'; readonly name: string }
  /** Prints `device:inode` of the file at a descriptor. */
  | { readonly do: 'stat'; readonly fd: number }
  /** Prints `open` if any descriptor of the child refers to the file, else `closed`. */
  | { readonly do: 'holds'; readonly path: string }
  /** Opens `/dev/stdout` and writes text to it; prints `failed:CODE` if it cannot. */
  | { readonly do: 'reopen'; readonly text: string }
  /** Starts a grandchild that has only these descriptors of the child, runs steps, and may live longer than the child. */
  | { readonly do: 'fork'; readonly fds: readonly number[]; readonly steps: readonly Step[] }
  /** Cuts the link to the child, which continues to run: only for backends with `supports.loss`, which implement it. */
  | { readonly do: 'loseLink' };

/** Functions that return steps. The default descriptor is 1. */
export const step = {
  write: (text: string, fd: number = 1): Step => ({ do: 'write', fd, text }),
  bytes: (bytes: Uint8Array, fd: number = 1): Step => ({
    do: 'bytes',
    fd,
    base64: Buffer.from(bytes).toString('base64'),
  }),
  pattern: (bytes: number, fd: number = 1): Step => ({ do: 'pattern', fd, bytes }),
  flood: (fd: number, report: number): Step => ({ do: 'flood', fd, report }),
  cat: (): Step => ({ do: 'cat' }),
  count: (): Step => ({ do: 'count' }),
  read: (bytes: number): Step => ({ do: 'read', bytes }),
  line: (): Step => ({ do: 'line' }),
  upper: (): Step => ({ do: 'upper' }),
  close: (fd: number): Step => ({ do: 'close', fd }),
  sleep: (ms: number): Step => ({ do: 'sleep', ms }),
  forever: (): Step => ({ do: 'forever' }),
  trap: (signal: NodeJS.Signals, reaction: 'ignore' | 'report' | number): Step => ({ do: 'trap', signal, reaction }),
  exit: (code: number): Step => ({ do: 'exit', code }),
  die: (signal: NodeJS.Signals): Step => ({ do: 'die', signal }),
  stop: (): Step => ({ do: 'stop' }),
  print: (fact: Fact): Step => ({ do: 'print', fact }),
  env: (name: string): Step => ({ do: 'env', name }),
  stat: (fd: number): Step => ({ do: 'stat', fd }),
  holds: (path: string): Step => ({ do: 'holds', path }),
  reopen: (text: string): Step => ({ do: 'reopen', text }),
  fork: (fds: readonly number[], ...steps: readonly Step[]): Step => ({ do: 'fork', fds, steps }),
  loseLink: (): Step => ({ do: 'loseLink' }),
};

/** Beginning of the argument that contains the steps. */
const PREFIX = 'steps:';

/** Returns the argument that contains steps. */
export function encodeSteps(steps: readonly Step[]): string {
  return PREFIX + JSON.stringify(steps);
}

/** The steps and the further arguments of a child of the suite. */
export interface DecodedSteps {
  readonly steps: readonly Step[];
  /** The arguments after the steps, which `print('argv')` prints. */
  readonly argv: readonly string[];
}

/** Returns the steps in the arguments of a child, `null` if there are none. */
export function decodeSteps(args: readonly string[]): DecodedSteps | null {
  const index = args.findIndex((arg) => arg.startsWith(PREFIX));
  const encoded = args[index];
  if (encoded === undefined) {
    return null;
  }
  return { steps: JSON.parse(encoded.slice(PREFIX.length)) as readonly Step[], argv: args.slice(index + 1) };
}

/** Returns the bytes that the step `pattern` writes. */
export function patternBytes(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => index % 251);
}
