/**
 * The part of a git library that uses processes: tasks one after the other, each with its output, and a watch for a git
 * that says nothing any more.
 *
 * Modelled on the behaviour of simple-git (Steve King, MIT licence, https://github.com/steveukx/git-js); no code of it is
 * used.
 */
import { run } from '@subwire/process';
import { systemClock, type SubprocessBackend } from '@subwire/transport';

/** Settings of a `GitRunner`. */
export interface GitRunnerOptions {
  readonly baseDir: string;
  /** Ends a git that prints nothing for so long. Milliseconds. */
  readonly silenceMs: number;
  readonly backend?: SubprocessBackend;
}

/** git ended with something other than 0. */
export class GitError extends Error {
  override readonly name: string = 'GitError';
}

/** Runs git commands in one directory. */
export class GitRunner {
  readonly #options: GitRunnerOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: GitRunnerOptions) {
    this.#options = options;
  }

  /** Runs a command when those before it are done, and returns what it printed. */
  raw(...args: readonly string[]): Promise<string> {
    const task = this.#last.then(() => this.#execute(args));
    this.#last = task.catch(() => undefined);
    return task;
  }

  async #execute(args: readonly string[]): Promise<string> {
    const { baseDir, silenceMs, backend } = this.#options;
    const clock = backend?.clock ?? systemClock;
    const silence = new AbortController();
    const watch = (): { cancel(): void } =>
      clock.setTimer(() => {
        silence.abort(new GitError(`git ${args[0] ?? ''} was silent for ${silenceMs} ms`));
      }, silenceMs);
    let timer = watch();
    try {
      const { returncode, stdout, stderr } = await run('git', args, {
        ...(backend === undefined ? {} : { backend }),
        cwd: baseDir,
        encoding: 'utf8',
        signal: silence.signal,
        drainGraceMs: 100, // a git in the background may hold the output for long
        onBytes: () => {
          timer.cancel();
          timer = watch();
        },
      });
      if (returncode !== 0) {
        throw new GitError(stderr || stdout);
      }
      return stdout;
    } finally {
      timer.cancel();
    }
  }
}
