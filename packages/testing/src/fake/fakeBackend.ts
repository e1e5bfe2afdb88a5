/**
 * A backend without processes.
 *
 * 1. It is injected like any other backend, and the code above it is the real one.
 * 2. A spawn that nobody expected is an error that says what came closest, at the spawn and again at the end.
 * 3. Fake children have numbers that no system gives out, and their signals go to them alone.
 */
import {
  showByteString,
  type BackendCapabilities,
  type ChildHandle,
  type SpawnRequest,
  type SubprocessBackend,
} from '@subwire/transport';
import { wholeNumber } from '../bytes/checks.js';
import { requestText } from '../bytes/requestText.js';
import { cutterFor, type Chunking } from '../bytes/chunking.js';
import { differences, showPattern, whyUnexpected } from './differences.js';
import { EVERY_CAPABILITY } from './everyCapability.js';
import { Expectation, type SpawnPattern } from './expectation.js';
import { FakeChild } from './fakeChild.js';
import { runProgram } from './fakeProgram.js';
import { fakeSpawnError } from './fakeSpawnError.js';
import { Scheduler } from '../clock/scheduler.js';
import { Timeline } from '../clock/timeline.js';
import { VirtualClock } from '../clock/virtualClock.js';

/** Above every pid that Linux (4 194 304), macOS (99 999) or a container gives out, and odd, as no pid of Windows is. */
const FIRST_PID = 0x4000_0001;
const PID_STEP = 2;

/** How many lines of the timeline an error shows. */
const SHOWN_LINES = 30;

/** What a real pipe holds on Linux. */
const DEFAULT_CAPACITY_BYTES = 65_536;

/** Settings of a `FakeBackend`. */
export interface FakeBackendOptions {
  /** What it can do. Default: everything. */
  readonly supports?: Partial<BackendCapabilities>;
  /** How output is cut into chunks. Default: `'written'`. */
  readonly chunking?: Chunking;
  /** Shuffles the order of deliveries, and feeds `chunking: 'random'`. Default: no shuffling. */
  readonly seed?: number;
  /** How much a pipe holds, unless a spawn says `pipeSize`. Default: 65 536 bytes. */
  readonly capacityBytes?: number;
  /** Spawns have to come in the order of the expectations. Default: `false`. */
  readonly ordered?: boolean;
  /** A child gets the pid of one that has ended, as it may happen on a busy system. Default: `false`. */
  readonly reusePids?: boolean;
  /** The clock goes on by itself when nothing else is left to do. Default: `false`. */
  readonly autoAdvance?: boolean;
}

/** A spawn that nobody expected. */
export class UnexpectedSpawnError extends Error {
  override readonly name: string = 'UnexpectedSpawnError';
}

/** A `SubprocessBackend` whose children are written by the test. */
export class FakeBackend implements SubprocessBackend {
  readonly name: string = 'fake';
  readonly supports: BackendCapabilities;
  readonly clock: VirtualClock;
  readonly #options: FakeBackendOptions;
  readonly #capacityBytes: number;
  readonly #scheduler: Scheduler;
  readonly #timeline: Timeline;
  readonly #expectations: Expectation[] = [];
  readonly #children: FakeChild[] = [];
  readonly #requests: SpawnRequest[] = [];
  readonly #complaints: string[] = [];

  constructor(options: FakeBackendOptions = {}) {
    this.#options = options;
    this.#capacityBytes = wholeNumber(options.capacityBytes ?? DEFAULT_CAPACITY_BYTES, 'capacityBytes', 1);
    // Each child gets a cutter of its own; this one only finds out now whether there is one.
    cutterFor(options.chunking ?? 'written', 0);
    this.supports = Object.freeze({ ...EVERY_CAPABILITY, ...options.supports });
    this.#scheduler = new Scheduler(options.seed);
    this.clock = new VirtualClock({ auto: options.autoAdvance ?? false, scheduler: this.#scheduler });
    this.#timeline = new Timeline(this.clock);
  }

  /**
   * Expects a spawn; say with the methods of the result what it gets (by default: a child that the test drives).
   * @param program - The program, or a whole pattern.
   * @param args - The arguments. Default: anything.
   */
  expect(program: SpawnPattern['program'] | SpawnPattern, args?: SpawnPattern['args']): Expectation {
    const isPattern = typeof program === 'object' && 'program' in program;
    const pattern: SpawnPattern = isPattern ? program : args === undefined ? { program } : { program, args };
    const expectation = new Expectation(pattern);
    this.#expectations.push(expectation);
    return expectation;
  }

  /** Every child that was spawned, in order, whatever became of it. */
  get children(): readonly FakeChild[] {
    return this.#children;
  }

  /** Every spawn that was asked for, in order, the refused ones included. */
  get requests(): readonly SpawnRequest[] {
    return this.#requests;
  }

  /** Everything that happened so far, a line each: spawns, writes, signals, exits, and when. */
  get timeline(): readonly string[] {
    return this.#timeline.lines;
  }

  spawn(request: SpawnRequest): ChildHandle {
    this.#requests.push(request);
    const expectation = this.#find(request);
    const behaviour = expectation.take();
    const { program, cwd, args } = requestText(request);
    const command = `${JSON.stringify(program)} ${JSON.stringify(args)}`;
    if (behaviour.kind === 'failure' && behaviour.thrown) {
      this.#timeline.note(0, `spawn of ${command} throws ${behaviour.failure.code}`);
      throw fakeSpawnError(behaviour.failure, program, cwd);
    }
    const child = this.#makeChild(request, command);
    if (behaviour.kind === 'failure') {
      child.failToStart(fakeSpawnError(behaviour.failure, program, cwd));
      return child;
    }
    if (behaviour.kind !== 'unstarted') {
      child.start();
    }
    expectation.deliver(child);
    if (behaviour.kind === 'program') {
      this.#scheduler.post(child, () => {
        // A child that was killed before its first step never takes one.
        if (!child.isRunning) {
          return;
        }
        void runProgram(behaviour.program, child, this.clock, (thrown) => {
          this.#complain(`the program ${JSON.stringify(program)} crashed: ${describe(thrown)}`);
        });
      });
    }
    return child;
  }

  /** Resolves when nothing more happens unless the test does something or time passes. */
  settle(): Promise<void> {
    return this.clock.settle();
  }

  /**
   * Checks that everything expected has come, and nothing else, and that no program crashed.
   * @throws {Error} that lists what is wrong, and what happened.
   */
  assertNoPending(): void {
    const missing = this.#expectations
      .filter((expectation) => expectation.missing > 0)
      .map(({ pattern, missing: count }) => `expected ${showPattern(pattern)} ${count} more time(s)`);
    this.#assertNone('the fake backend is not content', [...this.#complaints, ...missing]);
  }

  /**
   * Checks that every child has ended, and nothing holds its pipes.
   * @throws {Error} that lists those that have not, and what happened.
   */
  assertNoLiveChildren(): void {
    const alive = this.#children.filter((child) => child.isRunning || child.isHeld);
    const list = alive.map(
      (child) =>
        `#${this.#children.indexOf(child) + 1} ${showByteString(child.request.program)} ${child.isRunning ? 'still runs' : 'has ended, but a descendant holds its pipes'}`,
    );
    this.#assertNone('fake children are left', list);
  }

  /**
   * For the end of a test: checks `assertNoPending` and `assertNoLiveChildren`, and disposes whatever they say, so that a
   * test that fails leaves no fake child that goes on by itself.
   * @throws {Error} (rejects) as they do.
   */
  async finish(): Promise<void> {
    try {
      this.assertNoPending();
      this.assertNoLiveChildren();
    } finally {
      await this.dispose();
    }
  }

  /** Ends every child that still runs, lets go of every pipe, stops the clock, and forgets what was expected. */
  async dispose(): Promise<void> {
    this.#expectations.length = 0;
    for (const child of this.#children) {
      if (child.isRunning) {
        child.die('SIGKILL');
      }
      child.abandonStart();
      child.releaseHolders();
    }
    await this.settle();
    this.clock.stop();
  }

  /** As `dispose`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #makeChild(request: SpawnRequest, command: string): FakeChild {
    const { chunking = 'written', seed = 0 } = this.#options;
    const index = this.#children.length;
    const child = new FakeChild(request, this.#pidOf(index), {
      scheduler: this.#scheduler,
      supports: this.supports,
      capacityBytes: request.pipeSize ?? this.#capacityBytes,
      // Each child is cut differently, and the same way in every run.
      cutter: cutterFor(chunking, seed + index),
      note: (what) => {
        this.#timeline.note(index + 1, what);
      },
    });
    this.#children.push(child);
    this.#timeline.note(index + 1, `spawn ${command}`);
    return child;
  }

  #pidOf(index: number): number {
    const taken = new Set(this.#children.filter((child) => child.isRunning).map(({ pid }) => pid));
    const free = this.#children.find(({ pid }) => !taken.has(pid));
    return this.#options.reusePids === true && free !== undefined ? free.pid : FIRST_PID + PID_STEP * index;
  }

  #find(request: SpawnRequest): Expectation {
    const candidates = this.#candidates();
    const found = candidates.find((expectation) => differences(expectation.pattern, request).length === 0);
    if (found !== undefined) {
      return found;
    }
    const message = whyUnexpected(request, candidates, this.#expectations);
    this.#complain(message);
    throw new UnexpectedSpawnError(message);
  }

  /** What may come now; in order, that ends with the first that has to come. */
  #candidates(): Expectation[] {
    const open = this.#expectations.filter((expectation) => expectation.isOpen);
    const required = open.findIndex((expectation) => expectation.missing > 0);
    return this.#options.ordered === true && required !== -1 ? open.slice(0, required + 1) : open;
  }

  #complain(message: string): void {
    this.#complaints.push(message);
    this.#timeline.note(0, message);
  }

  #assertNone(title: string, wrong: readonly string[]): void {
    if (wrong.length > 0) {
      const list = wrong.map((one) => `- ${one}`).join('\n');
      throw new Error(`${title}:\n${list}\nwhat happened:\n${this.#timeline.tail(SHOWN_LINES)}`);
    }
  }
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
