/**
 * A backend without processes.
 *
 * 1. It is injected like any other backend, and the code above it is the real one.
 * 2. A spawn that nobody expected is an error that says what came closest, at the spawn and again at the end.
 * 3. Fake children have numbers that no system gives out, and their signals go to them alone.
 */
import type { BackendCapabilities, ChildHandle, SpawnRequest, SubprocessBackend } from '@subwire/transport';
import { cutterFor, type Chunking } from './chunking.js';
import { differences, Expectation, show, type SpawnPattern } from './expectation.js';
import { FakeChild } from './fakeChild.js';
import { runProgram } from './fakeProgram.js';
import { fakeSpawnError } from './fakeSpawnError.js';
import { Scheduler } from './scheduler.js';
import { VirtualClock } from './virtualClock.js';

/** Above every pid that Linux (4 194 304), macOS (99 999) or a container gives out. */
const FIRST_PID = 0x4000_0000;

/** What a real pipe holds on Linux. */
const DEFAULT_CAPACITY_BYTES = 65_536;

const ALL: BackendCapabilities = Object.freeze({
  pids: true,
  signals: true,
  groupSignals: true,
  realtimeSignals: true,
  newSession: true,
  processGroup: true,
  identity: true,
  descriptors: true,
  extraFds: true,
  closeFds: true,
  realPipes: true,
  stdinPeerClose: true,
  offThreadSpawn: true,
  readInto: true,
  loss: true,
});

/** Settings of a `FakeBackend`. */
export interface FakeBackendOptions {
  /** What it can do. Default: everything. */
  readonly supports?: Partial<BackendCapabilities>;
  /** How output is cut into chunks. Default: `'written'`. */
  readonly chunking?: Chunking;
  /** Shuffles the order of deliveries, and feeds `chunking: 'random'`. Default: no shuffling. */
  readonly seed?: number;
  /** How much a pipe holds. Default: 65 536 bytes. */
  readonly capacityBytes?: number;
  /** Spawns have to come in the order of the expectations. Default: `false`. */
  readonly ordered?: boolean;
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
  readonly #scheduler: Scheduler;
  readonly #expectations: Expectation[] = [];
  readonly #children: FakeChild[] = [];
  readonly #requests: SpawnRequest[] = [];
  readonly #complaints: string[] = [];

  constructor(options: FakeBackendOptions = {}) {
    this.#options = options;
    this.supports = Object.freeze({ ...ALL, ...options.supports });
    this.#scheduler = new Scheduler(options.seed);
    this.clock = new VirtualClock({ auto: options.autoAdvance ?? false, scheduler: this.#scheduler });
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

  spawn(request: SpawnRequest): ChildHandle {
    this.#requests.push(request);
    const expectation = this.#find(request);
    const behaviour = expectation.take();
    const { program, cwd } = request;
    if (behaviour.kind === 'failure' && behaviour.thrown) {
      throw fakeSpawnError(behaviour.failure, program, cwd);
    }
    const child = this.#makeChild(request);
    if (behaviour.kind === 'failure') {
      child.failToStart(fakeSpawnError(behaviour.failure, program, cwd));
      return child;
    }
    child.start();
    expectation.deliver(child);
    if (behaviour.kind === 'program') {
      this.#scheduler.post(child, () => {
        void runProgram(behaviour.program, child, this.clock, (thrown) => {
          this.#complaints.push(`the program ${JSON.stringify(program)} crashed: ${String(thrown)}`);
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
   * @throws {Error} that lists what is wrong.
   */
  assertNoPending(): void {
    const missing = this.#expectations
      .filter((expectation) => expectation.missing > 0)
      .map(({ pattern, missing: count }) => `expected ${show(pattern.program)} ${count} more time(s)`);
    const wrong = [...this.#complaints, ...missing];
    if (wrong.length > 0) {
      throw new Error(`the fake backend is not content:\n- ${wrong.join('\n- ')}`);
    }
  }

  /**
   * Checks that every child has ended.
   * @throws {Error} that lists those that have not.
   */
  assertNoLiveChildren(): void {
    const alive = this.#children.filter((child) => child.isRunning);
    if (alive.length > 0) {
      const list = alive.map((child) => `- ${child.request.program} (pid ${child.pid})`);
      throw new Error(`${alive.length} fake children still run:\n${list.join('\n')}`);
    }
  }

  /** Ends every child that still runs, and forgets what was expected. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#expectations.length = 0;
    for (const child of this.#children) {
      child.die('SIGKILL');
    }
    await this.settle();
  }

  #makeChild(request: SpawnRequest): FakeChild {
    const { chunking = 'written', seed = 0, capacityBytes = DEFAULT_CAPACITY_BYTES } = this.#options;
    const number = this.#children.length;
    const child = new FakeChild(request, FIRST_PID + number, {
      scheduler: this.#scheduler,
      supports: this.supports,
      capacityBytes,
      // Each child is cut differently, and the same way in every run.
      cutter: cutterFor(chunking, seed + number),
    });
    this.#children.push(child);
    return child;
  }

  #find(request: SpawnRequest): Expectation {
    const open = this.#expectations.filter((expectation) => expectation.isOpen);
    const candidates = this.#options.ordered === true ? open.slice(0, 1) : open;
    const found = candidates.find((expectation) => differences(expectation.pattern, request).length === 0);
    if (found !== undefined) {
      return found;
    }
    const message = `unexpected spawn of ${JSON.stringify(request.program)} ${JSON.stringify(request.args)}; ${closest(candidates, request)}`;
    this.#complaints.push(message);
    throw new UnexpectedSpawnError(message);
  }
}

function closest(candidates: readonly Expectation[], request: SpawnRequest): string {
  const [best] = candidates
    .map((expectation) => differences(expectation.pattern, request))
    .sort((left, right) => left.length - right.length);
  return best === undefined
    ? 'nothing more is expected'
    : `the closest expectation differs in:\n  ${best.join('\n  ')}`;
}
