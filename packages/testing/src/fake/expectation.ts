import { Fifo, type Signal } from '@subwire/transport';
import { wholeNumber } from '../bytes/checks.js';
import type { FakeChild } from './fakeChild.js';
import type { FakeProgram } from './fakeProgram.js';
import type { FakeSpawnFailure } from './fakeSpawnError.js';

/** A value, a regular expression for text, or a predicate. */
export type Pattern<T> = T | RegExp | ((value: T) => boolean);

/** The spawn that is expected. A field that is missing matches everything. */
export interface SpawnPattern {
  /** The program as it was passed to `spawn`. */
  readonly program: Pattern<string>;
  /** The arguments: a pattern for each, or a predicate for all. Default: anything. */
  readonly args?: readonly Pattern<string>[] | ((args: readonly string[]) => boolean);
  /** The directory; `null` if none is given. Default: anything. */
  readonly cwd?: Pattern<string | null>;
  /** Variables that the child must have; it may have others too. A child without `env` has ours. Default: anything. */
  readonly env?: Readonly<Record<string, Pattern<string>>> | ((env: Readonly<Record<string, string>>) => boolean);
}

/** The output and the exit of a child, as data. */
export interface ScriptedReply {
  /** What it writes to stdout. Default: nothing. */
  readonly stdout?: string | Uint8Array;
  /** What it writes to stderr. Default: nothing. */
  readonly stderr?: string | Uint8Array;
  /** The exit code. Default: 0. */
  readonly exit?: number;
  /** The signal that kills it instead of an exit. Default: none. */
  readonly signal?: Signal;
  /** Time before it writes, on the clock of the backend. Default: 0 milliseconds. */
  readonly delayMs?: number;
  /** Time between the close of its outputs and its exit, on the clock of the backend. Default: 0 milliseconds. */
  readonly exitDelayMs?: number;
  /** Whether it reads stdin to its end first. Default: `false`. */
  readonly readsInput?: boolean;
}

/** What a backend does for an expected spawn. */
export type Behaviour =
  | { readonly kind: 'program'; readonly program: FakeProgram }
  | { readonly kind: 'failure'; readonly failure: FakeSpawnFailure; readonly thrown: boolean }
  | { readonly kind: 'byHand' }
  | { readonly kind: 'unstarted' };

/** An expected spawn: its pattern, how often it is expected, and what the child does. */
export class Expectation {
  readonly pattern: SpawnPattern;
  #behaviours: Behaviour[] = [];
  #remaining = 1;
  #counted = false;
  #met = 0;
  readonly #children = new Fifo<FakeChild>();
  readonly #waiting = new Fifo<(child: FakeChild) => void>();

  constructor(pattern: SpawnPattern) {
    this.pattern = pattern;
  }

  /**
   * Answers with children that write and exit as given, one for each spawn; as many spawns are expected.
   *
   * @param replies - Default: one child that exits with 0.
   */
  reply(...replies: readonly ScriptedReply[]): this {
    const all = replies.length === 0 ? [{}] : replies;
    return this.#behave(all.map((reply) => ({ kind: 'program', program: programOf(reply) })));
  }

  /**
   * Answers with children that run a function, one for each spawn; as many spawns are expected.
   *
   * @param programs - The functions.
   */
  run(...programs: readonly FakeProgram[]): this {
    return this.#behave(programs.map((program) => ({ kind: 'program', program })));
  }

  /**
   * Answers with a start that fails.
   *
   * @param failure - The error.
   * @param thrown - Whether `spawn()` throws it, as it does for some failures, or the child emits it. Default: `false`.
   */
  fail(failure: FakeSpawnFailure, thrown = false): this {
    return this.#behave([{ kind: 'failure', failure, thrown }]);
  }

  /** Answers with a child that the test controls: see `child()`. */
  byHand(): this {
    return this.#behave([{ kind: 'byHand' }]);
  }

  /** As `byHand`, and the test also starts it: with `start()`, `failToStart()` or `lose()`, or not at all. */
  unstarted(): this {
    return this.#behave([{ kind: 'unstarted' }]);
  }

  /**
   * Sets how often the spawn is expected. If there are more spawns than answers, the last answer is repeated.
   *
   * @param count - `Infinity` allows any number, also 0. Default: the number of answers, at least 1.
   * @throws {ValueError} unless it is `Infinity` or an integer of at least 0.
   */
  times(count: number): this {
    this.#remaining = count === Infinity ? count : wholeNumber(count, 'the number of times', 0);
    this.#counted = true;
    return this;
  }

  /** Resolves with the next child that was spawned for this expectation; each call gets another one. */
  child(): Promise<FakeChild> {
    const child = this.#children.shift();
    return child === undefined
      ? new Promise((resolve) => {
          this.#waiting.push(resolve);
        })
      : Promise.resolve(child);
  }

  /** For the backend: whether another spawn is allowed. */
  get isOpen(): boolean {
    return this.#remaining > 0;
  }

  /** For the backend: number of spawns that are still missing. */
  get missing(): number {
    return this.#remaining === Infinity ? 0 : this.#remaining;
  }

  /** For the backend: number of spawns so far. */
  get met(): number {
    return this.#met;
  }

  /** For the backend: counts a spawn and returns the answer. */
  take(): Behaviour {
    this.#remaining -= 1;
    const behaviour = this.#behaviours[Math.min(this.#met, this.#behaviours.length - 1)];
    this.#met += 1;
    return behaviour ?? { kind: 'byHand' };
  }

  /** For the backend: passes the child of a spawn to a caller of `child()`. */
  deliver(child: FakeChild): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      this.#children.push(child);
    } else {
      waiting(child);
    }
  }

  #behave(behaviours: readonly Behaviour[]): this {
    this.#behaviours = [...behaviours];
    if (!this.#counted) {
      this.#remaining = behaviours.length;
    }
    return this;
  }
}

function programOf(reply: ScriptedReply): FakeProgram {
  return async (context) => {
    if (reply.readsInput === true) {
      await context.stdin.readAll();
    }
    if (reply.delayMs !== undefined) {
      await context.sleep(reply.delayMs);
    }
    await Promise.all([context.stdout.write(reply.stdout ?? ''), context.stderr.write(reply.stderr ?? '')]);
    if (reply.exitDelayMs !== undefined) {
      context.stdout.close();
      context.stderr.close();
      await context.sleep(reply.exitDelayMs);
    }
    return reply.signal === undefined ? (reply.exit ?? 0) : context.die(reply.signal);
  };
}
