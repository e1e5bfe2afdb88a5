import { ownOptions, systemClock, ValueError } from '@subwire/transport';
import type { CompletedProcess, CompletedWith, Hinted, Only } from '../results/completedProcess.js';
import { Deadline } from '../wait/deadline.js';
import { ownSettings, run, shell, type RunOptions, type ShellOptions } from './run.js';

/** A program to run, or a command line for the shell. */
export type Command =
  | {
      readonly program: string | Uint8Array | URL;
      readonly args?: readonly (string | Uint8Array)[];
      readonly options?: RunOptions;
    }
  | { readonly shell: string; readonly options?: ShellOptions };

/** Options without those that decide the types of the outputs. */
interface NoOutputs {
  readonly encoding?: undefined;
  readonly stdout?: undefined;
  readonly stderr?: undefined;
}

/** A `Command` whose outputs have the types of the defaults. */
type PlainCommand = Command & { readonly options?: NoOutputs };

/** The progress of `runMany`. */
export interface RunProgress {
  /** Number of all commands. */
  readonly total: number;
  /** Number of commands that run now. */
  readonly running: number;
  /** Number of commands that succeeded. */
  readonly done: number;
  /** Number of commands that failed: not started, timed out, another return code than 0, … */
  readonly failed: number;
  /** Number of captured bytes of all commands. */
  readonly bytes: number;
}

/** Options of `runMany`. */
export interface RunManyOptions<Defaults = RunOptions, Stop extends boolean = boolean> {
  /**
   * Options for all commands; the options of a command take precedence. An `input` that can be read only once, such as a
   * stream, is read by one of them. Default: none.
   */
  readonly defaults?: Hinted<Defaults, RunOptions>;
  /** Number of commands that run at the same time, at least 1. Default: 4. */
  readonly concurrency?: number;
  /** Called when a command starts or ends, and for each captured chunk. If it throws, all commands are ended. Default: none. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** When a command fails, ends the others, and rejects with its error after they were reaped. Default: `true`. */
  readonly stopOnError?: Stop;
  /** On abort ends all commands, and rejects with `signal.reason` after they were reaped. Default: none. */
  readonly signal?: AbortSignal;
}

const RUN_MANY_OPTIONS: ReadonlySet<string> = new Set<keyof RunManyOptions>([
  'defaults',
  'concurrency',
  'onProgress',
  'stopOnError',
  'signal',
]);

/** Default of `concurrency`. */
const DEFAULT_CONCURRENCY = 4;

/** The type of the results: with `stopOnError: false` each tells whether its command failed. */
type Results<Result, Stop> = Stop extends false ? PromiseSettledResult<Result>[] : Result[];

/**
 * Runs many commands, some at a time, and returns their results in the order of the commands.
 *
 * A command fails if `run` rejects. The default of `check` is `true` here.
 * @param commands - All of them are read before the first one is started.
 * @param options - See `RunManyOptions`.
 * @returns the results; with `stopOnError: false` an object for each that tells whether its command failed.
 * @throws (rejects) with the first failure, unless `stopOnError` is `false`. The other commands were ended and reaped then.
 * @throws {ValueError} (rejects) unless `concurrency` is a number and at least 1.
 * @asyncio asyncio.gather, for children
 */
export async function runMany<
  const Defaults extends RunOptions & Only<keyof RunOptions, Defaults> = object,
  const Stop extends boolean = true,
>(
  commands: Iterable<PlainCommand>,
  options?: RunManyOptions<Defaults, Stop>,
): Promise<Results<CompletedWith<Defaults>, Stop>>;
export async function runMany<const Stop extends boolean = true>(
  commands: Iterable<Command>,
  options?: RunManyOptions<RunOptions, Stop>,
): Promise<Results<CompletedProcess, Stop>>;
export async function runMany(
  commands: Iterable<Command>,
  given: RunManyOptions = {},
): Promise<CompletedProcess[] | PromiseSettledResult<CompletedProcess>[]> {
  const options: RunManyOptions = ownOptions(given, RUN_MANY_OPTIONS);
  const all = [...commands];
  const { concurrency = DEFAULT_CONCURRENCY } = options;
  if (typeof concurrency !== 'number' || !(concurrency >= 1)) {
    throw new ValueError('concurrency must be a number, at least 1');
  }
  options.signal?.throwIfAborted();
  const batch = new Batch(all, options);
  await Promise.all(Array.from({ length: Math.min(concurrency, all.length) }, () => batch.work()));
  return batch.results();
}

/**
 * The state of one call of `runMany`.
 *
 * | state   | a worker is free       | a command fails                                        | abort         |
 * | ------- | ---------------------- | ------------------------------------------------------ | ------------- |
 * | running | starts the next one    | with `stopOnError`: stopped, end all; else counted     | stopped, end all |
 * | stopped | ends                   | counted; the first reason is kept                      | -             |
 */
class Batch {
  readonly #commands: readonly Command[];
  readonly #options: RunManyOptions;
  readonly #defaults: RunOptions;
  readonly #results: PromiseSettledResult<CompletedProcess>[] = [];
  /** A deadline for each command that runs, to end it. */
  readonly #endings = new Set<Deadline>();
  #next = 0;
  #running = 0;
  #done = 0;
  #failed = 0;
  #bytes = 0;
  #failure: { readonly reason: unknown } | null = null;

  constructor(commands: readonly Command[], options: RunManyOptions) {
    this.#commands = commands;
    this.#options = options;
    this.#defaults = ownSettings(options.defaults);
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** A worker: runs commands until none is left. */
  async work(): Promise<void> {
    while (this.#failure === null) {
      const index = this.#next;
      const command = this.#commands[index];
      if (command === undefined) {
        return;
      }
      this.#next += 1;
      this.#running += 1;
      this.#report();
      try {
        this.#results[index] = { status: 'fulfilled', value: await this.#runOne(command) };
        this.#done += 1;
      } catch (reason) {
        this.#results[index] = { status: 'rejected', reason };
        this.#failed += 1;
        if (this.#options.stopOnError !== false) {
          this.#stop(reason);
        }
      }
      this.#running -= 1;
      this.#report();
    }
  }

  results(): CompletedProcess[] | PromiseSettledResult<CompletedProcess>[] {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    if (this.#failure !== null) {
      throw this.#failure.reason;
    }
    if (this.#options.stopOnError === false) {
      return this.#results;
    }
    return this.#results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  async #runOne(command: Command): Promise<CompletedProcess> {
    const { signal, check = true, onBytes, ...rest } = over(this.#defaults, ownSettings(command.options));
    // Not `AbortSignal.any`: a signal that lives longer than this call would keep a reference to each of them.
    using ending = new Deadline({ signal }, systemClock);
    if (this.#failure !== null) {
      ending.abort(this.#failure.reason);
    }
    this.#endings.add(ending);
    const options = {
      ...rest,
      check,
      signal: ending.signal,
      onBytes: (nbytes: number): void => {
        this.#bytes += nbytes;
        onBytes?.(nbytes);
        this.#report();
      },
    };
    try {
      return await (isShell(command)
        ? shell(command.shell, options)
        : run(command.program, command.args ?? [], options));
    } finally {
      this.#endings.delete(ending);
    }
  }

  /** If `onProgress` throws, that is the failure. */
  #report(): void {
    try {
      this.#options.onProgress?.({
        total: this.#commands.length,
        running: this.#running,
        done: this.#done,
        failed: this.#failed,
        bytes: this.#bytes,
      });
    } catch (reason) {
      this.#stop(reason);
    }
  }

  #stop(reason: unknown): void {
    // Commands that are ended for the first reason fail too.
    this.#failure ??= { reason };
    for (const ending of this.#endings) {
      ending.abort(reason);
    }
  }

  readonly #onAbort = (): void => {
    this.#stop(this.#options.signal?.reason);
  };
}

function isShell(command: Command): command is Command & { readonly shell: string } {
  return Object.hasOwn(command, 'shell');
}

/** Returns the options of a command over the defaults. `undefined` means the default. */
function over(defaults: RunOptions, own: RunOptions): RunOptions {
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return Object.assign(Object.create(null) as RunOptions, defaults, given);
}
