/**
 * A child whose program is a function.
 *
 * 1. The function returns the exit code; `undefined` is 0. If it throws, the exit code is 1.
 * 2. If the child ends in another way (a signal, or `exit()` elsewhere), the promises that the function awaits never settle.
 * 3. While the child is stopped, the promises that the function awaits do not settle.
 */
import { BrokenPipeError, type Clock, type Signal } from '@subwire/transport';
import { joinBytes } from '../bytes/bytes.js';
import { requestText } from '../bytes/requestText.js';
import type { FakeChild } from './fakeChild.js';
import type { FakeHolder } from './fakeHolder.js';
import { ProgramGate } from './programGate.js';

/** An output of a program. */
export interface ProgramOutput {
  /**
   * Writes; waits while the pipe is full.
   *
   * If the reader has closed the pipe, SIGPIPE kills the program.
   * @param text - Bytes, or text as UTF-8.
   * @throws {BrokenPipeError} (rejects) if the program handles or ignores SIGPIPE.
   */
  write(text: string | Uint8Array): Promise<void>;
  /** Closes the descriptor. */
  close(): void;
}

/** The stdin of a program. */
export interface ProgramInput extends AsyncIterable<Uint8Array> {
  /**
   * Reads; waits only if no bytes are in the pipe.
   * @param maxBytes - Most bytes to read. Default: 65 536.
   * @returns the bytes; an empty array at the end.
   */
  read(maxBytes?: number): Promise<Uint8Array>;
  /** Reads to the end and returns all bytes. */
  readAll(): Promise<Uint8Array>;
  /** Closes the descriptor. */
  close(): void;
}

/** What the function of a program can use. */
export interface ProgramContext {
  readonly program: string;
  readonly args: readonly string[];
  /** The option `env`; `null` if the child inherits ours. */
  readonly env: Readonly<Record<string, string>> | null;
  readonly cwd: string | null;
  readonly pid: number;
  readonly stdin: ProgramInput;
  readonly stdout: ProgramOutput;
  readonly stderr: ProgramOutput;
  /** Returns an output by its descriptor. */
  readonly output: (fd: number) => ProgramOutput;
  /** Sets a handler for a signal, ignores it (`'ignore'`), or restores its default (`null`). A handler may end the program. */
  readonly on: (signal: Signal, handler: (() => Promise<void> | void) | 'ignore' | null) => void;
  /** Waits for so many milliseconds, on the clock of the backend. */
  readonly sleep: (delayMs: number) => Promise<void>;
  /** Waits until a signal ends the program. */
  readonly forever: () => Promise<never>;
  /** Ends the program at once, from the function or from a handler. It throws, to leave the function. */
  readonly exit: (returncode: number) => never;
  /** Kills the program at once by a signal. It throws, to leave the function. */
  readonly die: (signal: Signal) => never;
  /** Starts a descendant that holds pipes open. */
  readonly hold: (fds: readonly number[]) => FakeHolder;
  /** The child, for what a program cannot do. */
  readonly child: FakeChild;
}

/** A program as a function, which returns the exit code or a promise of it. */
export type FakeProgram = (context: ProgramContext) => Promise<number | void> | number | void;

/** Thrown by `exit` and `die` to leave the function; it is caught here. */
class ProgramUnwound extends Error {
  override readonly name: string = 'ProgramUnwound';
}

/** Runs the program of a child; calls `onCrash` if it throws. */
export async function runProgram(
  program: FakeProgram,
  child: FakeChild,
  clock: Clock,
  onCrash: (thrown: unknown) => void,
): Promise<void> {
  /** Runs the function, or a handler. If it throws, the child exits. */
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

/** Resolves after a delay. The end of the child cancels the timer. */
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
