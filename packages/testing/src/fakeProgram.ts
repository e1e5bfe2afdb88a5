/**
 * A child written as a function.
 *
 * 1. The function is the program: it returns its exit code (nothing is 0), and a throw is a crash: exit code 1.
 * 2. When the child ends otherwise (a signal, `exit()`), every wait of the function rejects, so that it unwinds.
 * 3. While the child is stopped, its waits do not return.
 */
import type { Clock, Signal } from '@subwire/transport';
import type { FakeChild, FakeHolder } from './fakeChild.js';

/** An output of a program. */
export interface ProgramOutput {
  /** Writes; waits while the pipe is full. If nobody reads any more the program dies of SIGPIPE, unless that is handled. */
  write(text: string | Uint8Array): Promise<void>;
  /** Closes it, while the program goes on. */
  close(): void;
}

/** The input of a program. */
export interface ProgramInput extends AsyncIterable<Uint8Array> {
  /** Reads what is there, waiting only if there is nothing; an empty array is the end. */
  read(maxBytes?: number): Promise<Uint8Array>;
  /** Reads to the end. */
  readAll(): Promise<Uint8Array>;
  /** Closes it, while the program goes on. */
  close(): void;
}

/** What a program sees of the world. */
export interface ProgramContext {
  readonly program: string;
  readonly args: readonly string[];
  /** What was given as `env`; `null` if the child inherits ours. */
  readonly env: Readonly<Record<string, string>> | null;
  readonly cwd: string | null;
  readonly pid: number;
  readonly stdin: ProgramInput;
  readonly stdout: ProgramOutput;
  readonly stderr: ProgramOutput;
  /** An output by its number. */
  output(fd: number): ProgramOutput;
  /** Handles a signal, `'ignore'`s it, or gives it its default effect again (`null`). */
  on(signal: Signal, handler: (() => void) | 'ignore' | null): void;
  /** Waits, on the clock of the backend. */
  sleep(delayMs: number): Promise<void>;
  /** Waits for ever; a signal ends it. */
  forever(): Promise<never>;
  /** Ends at once, from anywhere in the function. */
  exit(returncode: number): never;
  /** Ends at once by a signal. */
  die(signal: Signal): never;
  /** Starts a descendant that holds pipes. */
  hold(fds: readonly number[]): FakeHolder;
  /** The whole child, for what programs cannot do. */
  readonly child: FakeChild;
}

/** A program: returns its exit code, now or later. */
export type FakeProgram = (context: ProgramContext) => Promise<number | void> | number | void;

/** Thrown inside a program whose child has ended; nobody ever sees it. */
class ProgramUnwound extends Error {
  override readonly name: string = 'ProgramUnwound';
}

/** Runs a program as a child; `onCrash` hears of a throw. */
export async function runProgram(
  program: FakeProgram,
  child: FakeChild,
  clock: Clock,
  onCrash: (thrown: unknown) => void,
): Promise<void> {
  try {
    const returncode = await program(contextOf(child, new Gate(child), clock));
    child.exit(returncode ?? 0);
  } catch (thrown) {
    if (!(thrown instanceof ProgramUnwound)) {
      onCrash(thrown);
      child.exit(1);
    }
  }
}

/** Lets the waits of a program return only while its child runs. */
class Gate {
  readonly #child: FakeChild;
  readonly #waiting = new Set<() => void>();

  constructor(child: FakeChild) {
    this.#child = child;
    child.onChange(() => {
      for (const look of [...this.#waiting]) {
        look();
      }
    });
  }

  /** Passes on what a promise comes to, as soon as the child runs; rejects once it has ended. */
  pass<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let settle: (() => void) | null = null;
      const look = (): void => {
        if (!this.#child.isRunning) {
          this.#waiting.delete(look);
          reject(new ProgramUnwound('the child has ended'));
        } else if (settle !== null && !this.#child.signals.isStopped) {
          this.#waiting.delete(look);
          settle();
        }
      };
      this.#waiting.add(look);
      promise.then(
        (value) => {
          settle = () => {
            resolve(value);
          };
          look();
        },
        (error: unknown) => {
          settle = () => {
            reject(error);
          };
          look();
        },
      );
      look();
    });
  }
}

function contextOf(child: FakeChild, gate: Gate, clock: Clock): ProgramContext {
  const output = (fd: number): ProgramOutput => ({
    async write(text) {
      if ((await gate.pass(child.write(fd, text))) === 'broken') {
        child.signals.receive('SIGPIPE');
        await gate.pass(Promise.resolve());
        throw new Error('write EPIPE');
      }
    },
    close: () => {
      child.closeFd(fd);
    },
  });
  const unwind = (): never => {
    throw new ProgramUnwound('the program ended itself');
  };
  return {
    program: child.request.program,
    args: child.request.args,
    env: child.request.env,
    cwd: child.request.cwd,
    pid: child.pid,
    stdin: inputOf(child, gate),
    stdout: output(1),
    stderr: output(2),
    output,
    on: (signal, handler) => {
      if (handler === 'ignore') {
        child.signals.ignore(signal);
      } else {
        child.signals.handle(signal, handler);
      }
    },
    sleep: (delayMs) =>
      gate.pass(
        new Promise((resolve) => {
          const timer = clock.setTimer(resolve, delayMs);
          child.onChange(() => {
            if (!child.isRunning) {
              timer.cancel();
            }
          });
        }),
      ),
    forever: () => gate.pass(new Promise<never>(() => undefined)),
    exit: (returncode) => {
      child.exit(returncode);
      return unwind();
    },
    die: (signal) => {
      child.die(signal);
      return unwind();
    },
    hold: (fds) => child.hold(fds),
    child,
  };
}

function inputOf(child: FakeChild, gate: Gate): ProgramInput {
  const read = (maxBytes = 65_536): Promise<Uint8Array> => gate.pass(child.read(maxBytes));
  const iterate = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for (let chunk = await read(); chunk.length > 0; chunk = await read()) {
      yield chunk;
    }
  };
  return {
    read,
    async readAll() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of iterate()) {
        chunks.push(chunk);
      }
      return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
    },
    close: () => {
      child.closeFd(0);
    },
    [Symbol.asyncIterator]: iterate,
  };
}
