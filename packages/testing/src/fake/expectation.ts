import { Fifo, type Signal } from '@subwire/transport';
import { wholeNumber } from '../bytes/checks.js';
import type { FakeChild } from './fakeChild.js';
import type { FakeProgram } from './fakeProgram.js';
import type { FakeSpawnFailure } from './fakeSpawnError.js';

/** A value itself, a regular expression (for text), or a function that says whether a value will do. */
export type Pattern<T> = T | RegExp | ((value: T) => boolean);

/** What a spawn is expected to look like; what is left out may be anything. */
export interface SpawnPattern {
  readonly program: Pattern<string>;
  /** A list matches argument by argument. */
  readonly args?: readonly Pattern<string>[] | ((args: readonly string[]) => boolean);
  readonly cwd?: Pattern<string | null>;
  /** Variables that the child must get; others may be there too. Without `env` a child gets ours. */
  readonly env?: Readonly<Record<string, Pattern<string>>> | ((env: Readonly<Record<string, string>>) => boolean);
}

/** A canned child. */
export interface ScriptedReply {
  readonly stdout?: string | Uint8Array;
  readonly stderr?: string | Uint8Array;
  /** Default: 0. */
  readonly exit?: number;
  /** Ends by a signal instead of an exit. */
  readonly signal?: Signal;
  /** How long it takes before it prints, on the backend's clock. Default: 0 milliseconds. */
  readonly delayMs?: number;
  /** How long it runs on after it has printed and closed its outputs: a late exit. Default: 0 milliseconds. */
  readonly exitDelayMs?: number;
  /** It reads its input to the end first. Default: `false`. */
  readonly readsInput?: boolean;
}

/** What an expected child is. */
export type Behaviour =
  | { readonly kind: 'program'; readonly program: FakeProgram }
  | { readonly kind: 'failure'; readonly failure: FakeSpawnFailure; readonly thrown: boolean }
  | { readonly kind: 'byHand' }
  | { readonly kind: 'unstarted' };

/** One expected kind of spawn, how often it may come, and what it gets. */
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

  /** Answers with canned children, one after the other; as many spawns are expected. */
  reply(...replies: readonly ScriptedReply[]): this {
    const all = replies.length === 0 ? [{}] : replies;
    return this.#behave(all.map((reply) => ({ kind: 'program', program: programOf(reply) })));
  }

  /** Answers with programs, one after the other; as many spawns are expected. */
  run(...programs: readonly FakeProgram[]): this {
    return this.#behave(programs.map((program) => ({ kind: 'program', program })));
  }

  /**
   * Fails to start.
   * @param thrown - `spawn()` throws, as it does for some failures, instead of an `error` event. Default: `false`.
   */
  fail(failure: FakeSpawnFailure, thrown = false): this {
    return this.#behave([{ kind: 'failure', failure, thrown }]);
  }

  /** Leaves the child to the test: see `child()`. */
  byHand(): this {
    return this.#behave([{ kind: 'byHand' }]);
  }

  /** Leaves the child to the test, its start included: `start()`, `failToStart()`, `lose()`, or none of them. */
  unstarted(): this {
    return this.#behave([{ kind: 'unstarted' }]);
  }

  /** Expects it so many times; `Infinity` for as often as you like, not at all included. The last answer repeats. */
  times(count: number): this {
    this.#remaining = count === Infinity ? count : wholeNumber(count, 'the number of times', 0);
    this.#counted = true;
    return this;
  }

  /** Resolves with the next child that was spawned for this; each child is handed out once. */
  child(): Promise<FakeChild> {
    const child = this.#children.shift();
    return child === undefined
      ? new Promise((resolve) => {
          this.#waiting.push(resolve);
        })
      : Promise.resolve(child);
  }

  /** For the backend: whether another spawn may come. */
  get isOpen(): boolean {
    return this.#remaining > 0;
  }

  /** For the backend: how many spawns are still missing. */
  get missing(): number {
    return this.#remaining === Infinity ? 0 : this.#remaining;
  }

  /** For the backend: how many spawns have come. */
  get met(): number {
    return this.#met;
  }

  /** For the backend: a spawn has come; what it gets. */
  take(): Behaviour {
    this.#remaining -= 1;
    const behaviour = this.#behaviours[Math.min(this.#met, this.#behaviours.length - 1)];
    this.#met += 1;
    return behaviour ?? { kind: 'byHand' };
  }

  /** For the backend: the child of the spawn. */
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
