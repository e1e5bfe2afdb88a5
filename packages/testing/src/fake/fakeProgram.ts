/**
 * A child written as a function.
 *
 * 1. The function is the program: it returns its exit code (nothing is 0), and a throw is a crash: exit code 1.
 * 2. When the child ends otherwise (a signal, or `exit()` elsewhere), no wait of the function ever returns.
 * 3. While the child is stopped, its waits do not return.
 */
import { BrokenPipeError, type Clock, type Signal } from '@subwire/transport';
import { joinBytes } from '../bytes/bytes.js';
import { requestText } from '../bytes/requestText.js';
import type { FakeChild } from './fakeChild.js';
import type { FakeHolder } from './fakeHolder.js';
import { ProgramGate } from './programGate.js';

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
  readonly output: (fd: number) => ProgramOutput;
  /** Handles a signal, `'ignore'`s it, or gives it its default effect again (`null`). A handler may end the program. */
  readonly on: (signal: Signal, handler: (() => Promise<void> | void) | 'ignore' | null) => void;
  /** Waits, on the clock of the backend. */
  readonly sleep: (delayMs: number) => Promise<void>;
  /** Waits for ever; a signal ends it. */
  readonly forever: () => Promise<never>;
  /** Ends at once, from anywhere in the function or in a handler; it throws, to get out of there. */
  readonly exit: (returncode: number) => never;
  /** Ends at once by a signal. */
  readonly die: (signal: Signal) => never;
  /** Starts a descendant that holds pipes. */
  readonly hold: (fds: readonly number[]) => FakeHolder;
  /** The whole child, for what programs cannot do. */
  readonly child: FakeChild;
}

/** A program: returns its exit code, now or later. */
export type FakeProgram = (context: ProgramContext) => Promise<number | void> | number | void;

/** Thrown inside a program that ended itself; nobody ever sees it. */
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
  /** Runs a part of the program; a throw of any part is the end of the whole. */
  const guard = async (part: () => Promise<number | void> | number | void): Promise<number | void> => {
    try {
      return await part();
    } catch (thrown) {
      if (!(thrown instanceof ProgramUnwound)) {
        onCrash(thrown);
        child.exit(1);
      }
    }
  };
  await guard(async () => {
    const returncode = await program(contextOf(child, clock, guard));
    child.exit(returncode ?? 0);
  });
}

function contextOf(
  child: FakeChild,
  clock: Clock,
  guard: (part: () => Promise<void> | void) => Promise<unknown>,
): ProgramContext {
  const gate = new ProgramGate(child);
  const { program, args, env, cwd } = requestText(child.request);
  const output = (fd: number): ProgramOutput => ({
    async write(text) {
      if ((await gate.pass(child.write(fd, text))) === 'broken') {
        child.signals.receive('SIGPIPE');
        await gate.pass(Promise.resolve());
        throw new BrokenPipeError();
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
    program,
    args,
    env,
    cwd,
    pid: child.pid,
    stdin: inputOf(child, gate),
    stdout: output(1),
    stderr: output(2),
    output,
    on: (signal, handler) => {
      if (handler === 'ignore') {
        child.signals.ignore(signal);
      } else if (handler === null) {
        child.signals.handle(signal, null);
      } else {
        child.signals.handle(signal, () => void guard(handler));
      }
    },
    sleep: (delayMs) => gate.pass(slept(child, clock, delayMs)),
    forever: () => new Promise<never>(() => undefined),
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

/** Resolves after a delay; the timer goes when the child does. */
function slept(child: FakeChild, clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => {
      forget();
      resolve();
    }, delayMs);
    const forget = child.onChange(() => {
      if (!child.isRunning) {
        forget();
        timer.cancel();
      }
    });
  });
}

function inputOf(child: FakeChild, gate: ProgramGate): ProgramInput {
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
      return joinBytes(chunks);
    },
    close: () => {
      child.closeFd(0);
    },
    [Symbol.asyncIterator]: iterate,
  };
}
