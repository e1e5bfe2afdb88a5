/**
 * A backend without processes.
 *
 * 1. It is injected like any other backend. Everything above it is the real code.
 * 2. An unexpected spawn throws an error that shows the closest expectation. `assertNoPending` throws it again.
 * 3. Fake children have pids that no system uses. A signal to a fake child is never sent to a process.
 */
import {
  NotSupportedError,
  showByteString,
  type BackendCapabilities,
  type ChildHandle,
  type ChildPipe,
  type SpawnRequest,
  type SubprocessBackend,
} from '@subwire/transport';
import { wholeNumber } from '../bytes/checks.js';
import { requestText } from '../bytes/requestText.js';
import { cutterFor, type Chunking } from '../bytes/chunking.js';
import { differences, showPattern, whyUnexpected } from './differences.js';
import { EVERY_CAPABILITY } from './everyCapability.js';
import { Expectation, type SpawnPattern } from './expectation.js';
import { FakeChildPipe, requireOpenEnds } from './fakeChildPipe.js';
import { FakeChild } from './fakeChild.js';
import { runProgram } from './fakeProgram.js';
import { fakeSpawnError } from './fakeSpawnError.js';
import { Scheduler } from '../clock/scheduler.js';
import { Timeline } from '../clock/timeline.js';
import { VirtualClock } from '../clock/virtualClock.js';

/** Greater than every pid of Linux (4 194 304), macOS (99 999) and containers, and odd, as no pid of Windows is. */
const FIRST_PID = 0x4000_0001;
const PID_STEP = 2;

/** Number of lines of the timeline that an error shows. */
const SHOWN_LINES = 30;

/** Capacity of a pipe on Linux. */
const DEFAULT_CAPACITY_BYTES = 65_536;

/** Options of a `FakeBackend`. */
export interface FakeBackendOptions {
  /** Its capabilities. Default: all. */
  readonly supports?: Partial<BackendCapabilities>;
  /** How output is cut into chunks. Default: `'written'`. */
  readonly chunking?: Chunking;
  /** Seed for a random order of deliveries, and for `chunking: 'random'`. Default: deliveries in their order; 0. */
  readonly seed?: number;
  /** Capacity of a pipe, unless a spawn has a `pipeSize`. Default: 65 536 bytes. */
  readonly capacityBytes?: number;
  /** Whether spawns must come in the order of the expectations. Default: `false`. */
  readonly ordered?: boolean;
  /** Whether a child gets the pid of one that has ended, as on a busy system. Default: `false`. */
  readonly reusePids?: boolean;
  /** Whether the clock advances by itself when nothing else is left to do. Default: `false`. */
  readonly autoAdvance?: boolean;
}

/** A spawn was not expected. */
export class UnexpectedSpawnError extends Error {
  override readonly name: string = 'UnexpectedSpawnError';
}

/** A `SubprocessBackend` whose children are controlled by the test. */
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
    // Only to check the option: each child gets a cutter of its own.
    cutterFor(options.chunking ?? 'written', 0);
    this.supports = Object.freeze({ ...EVERY_CAPABILITY, ...options.supports });
    this.#scheduler = new Scheduler(options.seed);
    this.clock = new VirtualClock({ auto: options.autoAdvance ?? false, scheduler: this.#scheduler });
    this.#timeline = new Timeline(this.clock);
  }

  /**
   * Expects a spawn.
   *
   * @param program - The program, or a whole pattern.
   * @param args - The arguments. Default: anything.
   * @returns the expectation. Its methods set what the child does; by default the test controls it.
   */
  expect(program: SpawnPattern['program'] | SpawnPattern, args?: SpawnPattern['args']): Expectation {
    const isPattern = typeof program === 'object' && 'program' in program;
    const pattern: SpawnPattern = isPattern ? program : args === undefined ? { program } : { program, args };
    const expectation = new Expectation(pattern);
    this.#expectations.push(expectation);
    return expectation;
  }

  /** All children that were spawned, in order. */
  get children(): readonly FakeChild[] {
    return this.#children;
  }

  /** All requests to `spawn`, in order, also those that were refused. */
  get requests(): readonly SpawnRequest[] {
    return this.#requests;
  }

  /** What happened so far, with its time: a line for each spawn, write, signal and exit. */
  get timeline(): readonly string[] {
    return this.#timeline.lines;
  }

  spawn(request: SpawnRequest): ChildHandle {
    this.#requests.push(request);
    const expectation = this.#find(request);
    const behaviour = expectation.take();
    requireOpenEnds(request);
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
        // It was killed before its first step.
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

  createPipe(): ChildPipe {
    if (!this.supports.createPipe) {
      throw new NotSupportedError('createPipe', 'this fake backend was told to lack pipes between children');
    }
    return new FakeChildPipe(this.#capacityBytes);
  }

  /** Resolves when nothing more happens before the test does something or time passes. */
  settle(): Promise<void> {
    return this.clock.settle();
  }

  /**
   * Checks that all expected spawns have come and no other, and that no program crashed.
   *
   * @throws {Error} that lists what is wrong, and the timeline.
   */
  assertNoPending(): void {
    const missing = this.#expectations
      .filter((expectation) => expectation.missing > 0)
      .map(({ pattern, missing: count }) => `expected ${showPattern(pattern)} ${count} more time(s)`);
    this.#assertNone('the fake backend is not content', [...this.#complaints, ...missing]);
  }

  /**
   * Checks that all children have ended, and no descendant holds their pipes open.
   *
   * @throws {Error} that lists the other ones, and the timeline.
   */
  assertNoLiveChildren(): void {
    const list = this.#children.flatMap((child, index) => {
      const who = `#${index + 1} ${showByteString(child.request.program)}`;
      if (child.isRunning) {
        return [`${who} still runs`];
      }
      return child.isHeld ? [`${who} has ended, but a descendant holds its pipes`] : [];
    });
    this.#assertNone('fake children are left', list);
  }

  /**
   * Calls `assertNoPending`, `assertNoLiveChildren`, and always `dispose`: for the end of a test.
   *
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

  /** Ends all children, closes all pipes, stops the clock, and drops all expectations. */
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
      // Another seed for each child, and the same one in every run.
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
    const next = FIRST_PID + PID_STEP * index;
    if (this.#options.reusePids !== true) {
      return next;
    }
    const taken = new Set(this.#children.filter((child) => child.isRunning).map(({ pid }) => pid));
    return this.#children.find(({ pid }) => !taken.has(pid))?.pid ?? next;
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

  /** Returns the expectations that a spawn may meet now; with `ordered`, up to the first one that must be met. */
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
