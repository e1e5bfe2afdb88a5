/** What a child of the compliance suite does, as data: a real interpreter runs it, and a fake can run it in memory. */

/** What `step.print` can show; each is printed as one line on descriptor 1. */
export type Fact = 'argv' | 'argv0' | 'cwd' | 'environment' | 'group' | 'ids' | 'pid' | 'session';

/** One thing that a child does; a program is a list of them, and ends with exit code 0 unless a step ends it earlier. */
export type Step =
  /** Writes text, as UTF-8. */
  | { readonly do: 'write'; readonly fd: number; readonly text: string }
  /** Writes bytes. */
  | { readonly do: 'bytes'; readonly fd: number; readonly base64: string }
  /** Writes `bytes` bytes; the one at offset `i` is `i % 251`. */
  | { readonly do: 'pattern'; readonly fd: number; readonly bytes: number }
  /** Writes until a write fails, then the code of that failure as a line on `report`. */
  | { readonly do: 'flood'; readonly fd: number; readonly report: number }
  /** Copies the input to descriptor 1, to its end. */
  | { readonly do: 'cat' }
  /** Reads the input to its end and prints `count:N` as a line on descriptor 1. */
  | { readonly do: 'count' }
  /** Reads exactly so many bytes, or to the end of the input. */
  | { readonly do: 'read'; readonly bytes: number }
  /** Reads a line, and says nothing: how a test lets a child go on. */
  | { readonly do: 'line' }
  /** Reads a line and prints it in capitals on descriptor 1. */
  | { readonly do: 'upper' }
  | { readonly do: 'close'; readonly fd: number }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'forever' }
  /** From now on ignores a signal, exits with a code when it comes, or prints its name as a line and goes on. */
  | { readonly do: 'trap'; readonly signal: NodeJS.Signals; readonly reaction: 'ignore' | 'report' | number }
  | { readonly do: 'exit'; readonly code: number }
  /** Sends itself a signal, and waits for ever. */
  | { readonly do: 'die'; readonly signal: NodeJS.Signals }
  /** Stops itself, as SIGSTOP does; goes on after SIGCONT. */
  | { readonly do: 'stop' }
  | { readonly do: 'print'; readonly fact: Fact }
  /** Prints the value of an environment variable as JSON, `null` where there is none. */
  | { readonly do: 'env'; readonly name: string }
  /** Prints `device:inode` of what stands at a descriptor of the child. */
  | { readonly do: 'stat'; readonly fd: number }
  /** Prints `open` if the child has any descriptor of that file, else `closed`. */
  | { readonly do: 'holds'; readonly path: string }
  /** Opens `/dev/stdout` and writes text to it; prints `failed:CODE` if it cannot. */
  | { readonly do: 'reopen'; readonly text: string }
  /** Starts a grandchild that gets these descriptors of the child and no other, runs steps, and outlives the child. */
  | { readonly do: 'fork'; readonly fds: readonly number[]; readonly steps: readonly Step[] }
  /** The link to the child dies, and the child goes on: only for backends with `supports.loss`, by means of their own. */
  | { readonly do: 'loseLink' };

/** Makes steps; descriptor 1 unless said otherwise. */
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

/** Marks the argument that carries the steps. */
const PREFIX = 'steps:';

/** Returns the one argument that stands for steps. */
export function encodeSteps(steps: readonly Step[]): string {
  return PREFIX + JSON.stringify(steps);
}

/** What a child of the suite was asked to do. */
export interface DecodedSteps {
  readonly steps: readonly Step[];
  /** The arguments behind the steps, which `print('argv')` shows. */
  readonly argv: readonly string[];
}

/** Returns the steps among the arguments of a child, `null` if there are none: the child is not one of the suite's. */
export function decodeSteps(args: readonly string[]): DecodedSteps | null {
  const index = args.findIndex((arg) => arg.startsWith(PREFIX));
  const encoded = args[index];
  if (encoded === undefined) {
    return null;
  }
  return { steps: JSON.parse(encoded.slice(PREFIX.length)) as readonly Step[], argv: args.slice(index + 1) };
}

/** Returns the bytes that `pattern` writes. */
export function patternBytes(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => index % 251);
}
