import {
  NotSupportedError,
  systemClock,
  type BackendCapabilities,
  type ChildHandle,
  type ChildPipe,
  type Clock,
  type SpawnRequest,
  type SubprocessBackend,
} from '@subwire/transport';
import { requestText } from '../bytes/requestText.js';
import { Scheduler } from '../clock/scheduler.js';
import { VirtualClock } from '../clock/virtualClock.js';
import { FakeChildPipe } from '../fake/fakeChildPipe.js';
import { remakeError } from './recordedError.js';
import { requestDifferences, type RecordedRequest } from './recordedRequest.js';
import { ReplayChild } from './replayChild.js';
import { ReplayDeviationError } from './replayDeviationError.js';
import type { Session, SessionEvent } from './session.js';

/** Greater than every pid of Linux, macOS and containers, and odd, as no pid of Windows is. */
const FIRST_PID = 0x5000_0001;

/** Options of `replayBackend`. */
export interface ReplayOptions {
  /**
   * How time passes. `'fast'`: without the recorded delays. `'virtual'`: on a virtual clock, which advances by itself; the
   * timeouts of the program under test use it too. `'real'`: with the recorded delays. Default: `'fast'`.
   */
  readonly speed?: 'fast' | 'virtual' | 'real';
  /** Variables whose values may differ from the recorded ones; `true` for all. Default: none. */
  readonly ignoreEnv?: true | readonly string[];
}

interface RecordedChildEvents {
  readonly number: number;
  readonly request: RecordedRequest;
  readonly events: readonly SessionEvent[];
}

/**
 * Returns a backend that replays a session.
 *
 * @param session - From `recordBackend(...).session` or `loadSession`.
 * @param options - See `ReplayOptions`.
 */
export function replayBackend(session: Session, options: ReplayOptions = {}): ReplayBackend {
  return new ReplayBackend(session, options);
}

/** A backend that replays a session; `replayBackend` returns one. */
export class ReplayBackend implements SubprocessBackend {
  readonly name: string = 'replay';
  readonly supports: BackendCapabilities;
  readonly clock: Clock;
  readonly #options: ReplayOptions;
  readonly #scheduler = new Scheduler();
  readonly #unplayed: RecordedChildEvents[];
  readonly #children: ReplayChild[] = [];
  readonly #deviations: ReplayDeviationError[] = [];

  constructor(session: Session, options: ReplayOptions) {
    this.#options = options;
    // Chunks are delivered as they were recorded, not in memory of the receiver.
    this.supports = Object.freeze({ ...session.supports, readInto: false });
    this.clock =
      options.speed === 'virtual' ? new VirtualClock({ auto: true, scheduler: this.#scheduler }) : systemClock;
    this.#unplayed = childrenOf(session.events);
  }

  /** All deviations so far. */
  get deviations(): readonly ReplayDeviationError[] {
    return this.#deviations;
  }

  spawn(request: SpawnRequest): ChildHandle {
    const { ignoreEnv = [] } = this.#options;
    const index = this.#unplayed.findIndex(
      (recorded) => requestDifferences(recorded.request, request, ignoreEnv).length === 0,
    );
    const [recorded] = index === -1 ? [] : this.#unplayed.splice(index, 1);
    if (recorded === undefined) {
      throw this.#unknownSpawn(request, ignoreEnv);
    }
    const refused = recorded.events.find((event) => event.kind === 'refused');
    if (refused !== undefined) {
      throw remakeError(refused.error);
    }
    const child = new ReplayChild(request, recorded.events, {
      scheduler: this.#scheduler,
      clock: (this.#options.speed ?? 'fast') === 'fast' ? null : this.clock,
      pid: FIRST_PID + 2 * recorded.number,
      onDeviation: (deviation) => {
        this.#deviations.push(deviation);
      },
    });
    this.#children.push(child);
    child.start();
    return child;
  }

  /** Nothing passes through it: what the children did with theirs is not in a session. */
  createPipe(): ChildPipe {
    if (!this.supports.createPipe) {
      throw new NotSupportedError('createPipe', 'the recorded backend could not join two children by a pipe');
    }
    return new FakeChildPipe(1);
  }

  /** Resolves when nothing more happens before the program under test does something or time passes. */
  settle(): Promise<void> {
    return this.#scheduler.idle();
  }

  /**
   * Checks that the program under test did everything that was recorded, and nothing else.
   *
   * @throws {ReplayDeviationError} for the first deviation.
   */
  assertComplete(): void {
    const [deviation] = this.#deviations;
    const incomplete = this.#children.map((child) => child.incomplete).find((one) => one !== null);
    const [unplayed] = this.#unplayed;
    if (deviation !== undefined) {
      throw deviation;
    }
    if (incomplete !== undefined) {
      throw incomplete;
    }
    if (unplayed !== undefined) {
      throw new ReplayDeviationError('incomplete', {
        child: unplayed.number,
        offset: null,
        expected: 'its spawn',
        actual: 'nothing more',
        program: unplayed.request.program,
      });
    }
  }

  /** Stops the replay of all children; the code above gets a lost link. */
  async dispose(): Promise<void> {
    for (const child of this.#children) {
      child.giveUp();
    }
    await this.settle();
    if (this.clock instanceof VirtualClock) {
      this.clock.stop();
    }
  }

  /** As `dispose`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #unknownSpawn(request: SpawnRequest, ignoreEnv: true | readonly string[]): ReplayDeviationError {
    const { program, args } = requestText(request);
    const [closest] = this.#unplayed
      .map((recorded) => ({ recorded, found: requestDifferences(recorded.request, request, ignoreEnv) }))
      .sort((left, right) => left.found.length - right.found.length);
    const deviation = new ReplayDeviationError('spawn', {
      child: closest?.recorded.number ?? this.#children.length + 1,
      offset: null,
      expected: closest === undefined ? 'no more spawn' : 'another spawn',
      actual: closest === undefined ? `${JSON.stringify(program)} ${JSON.stringify(args)}` : closest.found.join('; '),
      program: closest?.recorded.request.program ?? program,
    });
    this.#deviations.push(deviation);
    return deviation;
  }
}

function childrenOf(events: readonly SessionEvent[]): RecordedChildEvents[] {
  const eventsOf = new Map<number, SessionEvent[]>();
  for (const event of events) {
    const ofChild = eventsOf.get(event.child) ?? [];
    ofChild.push(event);
    eventsOf.set(event.child, ofChild);
  }
  return events.flatMap((event) =>
    event.kind === 'request'
      ? [{ number: event.child, request: event.request, events: eventsOf.get(event.child) ?? [] }]
      : [],
  );
}
