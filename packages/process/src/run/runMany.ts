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

/** What decides the types of the outputs, which a command leaves to the defaults. */
interface NoOutputs {
  readonly encoding?: undefined;
  readonly stdout?: undefined;
  readonly stderr?: undefined;
}

/** A `Command` that says nothing about its outputs. */
type PlainCommand = Command & { readonly options?: NoOutputs };

/** How far `runMany` has come. */
export interface RunProgress {
  readonly total: number;
  readonly running: number;
  /** Ended well. */
  readonly done: number;
  /** Not started, timed out, ended with another return code than 0, … */
  readonly failed: number;
  /** Captured bytes, of all commands. */
  readonly bytes: number;
}

/** Options of `runMany`. */
export interface RunManyOptions<Defaults = RunOptions, Stop extends boolean = boolean> {
  /**
   * Options of all commands, under those that a command has itself. An `input` that can be read only once, such as a stream,
   * goes to one of them. Default: none.
   */
  readonly defaults?: Hinted<Defaults, RunOptions>;
  /** How many run at the same time. Default: 4. */
  readonly concurrency?: number;
  /** Called whenever a command starts or ends, and with each captured chunk. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Ends the rest when one fails, and rejects with its error once they are reaped. Default: `true`. */
  readonly stopOnError?: Stop;
  /** Ends all of them on abort; rejects with `signal.reason` once they are reaped. */
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

/** The results of `runMany`: what became of each if failures do not stop it. */
type Results<Result, Stop> = Stop extends false ? PromiseSettledResult<Result>[] : Result[];

/**
 * Runs many commands, a few at a time, and returns their results in the order of the commands.
 *
 * A command fails if `run` rejects; `check` is on unless its options or the defaults say otherwise. The types of the
 * outputs follow the defaults, if the commands themselves say nothing about their outputs.
 * @param commands - Read to the end first, since progress tells how many there are.
 * @param options - See `RunManyOptions`.
 * @returns the results; with `stopOnError: false` what became of each.
 * @throws the first failure (rejects), unless `stopOnError` is `false`. The others have been ended and reaped by then.
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

/** The state that the workers of one `runMany` share. */
class Batch {
  readonly #commands: readonly Command[];
  readonly #options: RunManyOptions;
  readonly #defaults: RunOptions;
  readonly #results: PromiseSettledResult<CompletedProcess>[] = [];
  /** One for each command that runs. */
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

  /** One worker: takes commands until none is left. */
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
    // Not `AbortSignal.any`: a signal that outlives us would keep a note of each one.
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

  /** A receiver of progress that throws stops everything, and then it is the failure. */
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
    // Only the first reason counts: those that are ended for it fail too.
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

/** An option that is `undefined` leaves the place to the default. */
function over(defaults: RunOptions, own: RunOptions): RunOptions {
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return Object.assign(Object.create(null) as RunOptions, defaults, given);
}
