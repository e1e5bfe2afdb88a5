import { setMaxListeners } from 'node:events';
import { ownOptions, ValueError } from '@subwire/transport';
import type { CompletedProcess } from './completedProcess.js';
import { run, shell, type RunOptions, type ShellOptions } from './run.js';

/** A program to run, or a command line for the shell. */
export type Command =
  | { readonly program: string | URL; readonly args?: readonly string[]; readonly options?: RunOptions }
  | { readonly shell: string; readonly options?: ShellOptions };

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
export interface RunManyOptions {
  /** How many run at the same time. Default: 4. */
  readonly concurrency?: number;
  /** Called whenever a command starts or ends, and with each captured chunk. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Ends the rest when one fails, and rejects with its error once they are reaped. Default: `true`. */
  readonly stopOnError?: boolean;
  /** Ends all of them on abort; rejects with `signal.reason` once they are reaped. */
  readonly signal?: AbortSignal;
}

const RUN_MANY_OPTIONS: ReadonlySet<string> = new Set<keyof RunManyOptions>([
  'concurrency',
  'onProgress',
  'stopOnError',
  'signal',
]);

/** Default of `concurrency`. */
const DEFAULT_CONCURRENCY = 4;

/**
 * Runs many commands, a few at a time, and returns their results in the order of the commands.
 *
 * A command fails if `run` rejects; `check` is on unless its options say otherwise.
 * @param commands - Read to the end first, since progress tells how many there are.
 * @param options - See `RunManyOptions`.
 * @returns the results; with `stopOnError: false` what became of each.
 * @throws the first failure (rejects), unless `stopOnError` is `false`. The others have been ended and reaped by then.
 * @asyncio asyncio.gather, for children
 */
export async function runMany(
  commands: Iterable<Command>,
  options: RunManyOptions & { readonly stopOnError: false },
): Promise<PromiseSettledResult<CompletedProcess>[]>;
export async function runMany(commands: Iterable<Command>, options?: RunManyOptions): Promise<CompletedProcess[]>;
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
  readonly #results: PromiseSettledResult<CompletedProcess>[] = [];
  readonly #controller = new AbortController();
  #next = 0;
  #running = 0;
  #done = 0;
  #failed = 0;
  #bytes = 0;
  #failure: { readonly reason: unknown } | null = null;

  constructor(commands: readonly Command[], options: RunManyOptions) {
    this.#commands = commands;
    this.#options = options;
    // One for each command that runs: no leak.
    setMaxListeners(0, this.#controller.signal);
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

  #runOne(command: Command): Promise<CompletedProcess> {
    const { signal: given, check = true, onBytes, ...rest } = withoutPrototype(command.options);
    const own = this.#controller.signal;
    const options = {
      ...rest,
      check,
      signal: given === undefined ? own : AbortSignal.any([given, own]),
      onBytes: (nbytes: number): void => {
        this.#bytes += nbytes;
        onBytes?.(nbytes);
        this.#report();
      },
    };
    return isShell(command) ? shell(command.shell, options) : run(command.program, command.args ?? [], options);
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
    this.#controller.abort(reason);
  }

  readonly #onAbort = (): void => {
    this.#stop(this.#options.signal?.reason);
  };
}

function isShell(command: Command): command is Command & { readonly shell: string } {
  return Object.hasOwn(command, 'shell');
}

/** Own properties only, as everywhere. */
function withoutPrototype<Options extends object>(options: Options | undefined): Partial<Options> {
  return Object.assign(Object.create(null) as Partial<Options>, options);
}
