/**
 * A replayed child.
 *
 * 1. Its events are played in the recorded order. Each event waits until the program under test has done what was recorded
 *    before it: written so many bytes, ended the input, sent a signal.
 * 2. If the replay has a clock, the recorded time passes between two events.
 * 3. Writes of the program under test are taken at the recorded event, and at once while the replay waits for the program.
 * 4. At the first deviation the replay ends: the link to the child is lost, with the deviation as the cause.
 *
 * | state               | recorded action | deviation, or `abandon` as recorded | its time comes | last event was played |
 * | ------------------- | --------------- | ----------------------------------- | -------------- | --------------------- |
 * | waits for an action | play on         | over                                | -              | -                     |
 * | waits for a time    | noted           | over                                | play on        | -                     |
 * | plays               | -               | -                                   | -              | over                  |
 * | over                | -               | -; `abandon` returns `false`        | -              | -                     |
 */
import {
  ChildHandle,
  showByteString,
  signalName,
  signalNumber,
  TransportLostError,
  type Clock,
  type ClockTimer,
  type KillAnswer,
  type ReadPipeHandle,
  type Signal,
  type SignalScope,
  type SpawnRequest,
  type WritePipeHandle,
} from '@subwire/transport';
import { cutterFor } from '../bytes/chunking.js';
import { makeFakeOutput, type FakeOutput } from '../fake/fakeOutput.js';
import type { Channel, Scheduler } from '../clock/scheduler.js';
import { payloadBytes } from './payload.js';
import { ProgramFollower, type Deviation } from './programFollower.js';
import { remakeError, type RecordedError } from './recordedError.js';
import { ReplayDeviationError } from './replayDeviationError.js';
import { ReplayInput, type ReplayInputOwner } from './replayInput.js';
import type { SessionEvent } from './session.js';

/** What a `ReplayChild` needs. */
export interface ReplayChildSettings {
  readonly scheduler: Scheduler;
  /** The clock for the recorded delays; `null` for none. */
  readonly clock: Clock | null;
  readonly pid: number;
  readonly onDeviation: (deviation: ReplayDeviationError) => void;
}

/** Events of the program under test. The child waits for them, without a delay. */
const ACTIONS: ReadonlySet<SessionEvent['kind']> = new Set(['write', 'end', 'destroy', 'signal']);

/** Events after which the delay of the next event is not measured. */
const UNTIMED: ReadonlySet<SessionEvent['kind']> = new Set(['pause', 'resume', 'close']);

/** Replays one child of a session. */
export class ReplayChild extends ChildHandle {
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  readonly #settings: ReplayChildSettings;
  readonly #request: SpawnRequest;
  readonly #events: readonly SessionEvent[];
  readonly #channel: Channel = {};
  readonly #input: ReplayInput | null;
  readonly #fakeOutputs = new Map<number, FakeOutput>();
  readonly #program: ProgramFollower;
  #next = 0;
  #anchor: number;
  #anchorNow: number;
  #timer: ClockTimer | null = null;
  #started = false;
  #exited = false;
  #over = false;

  constructor(request: SpawnRequest, events: readonly SessionEvent[], settings: ReplayChildSettings) {
    super();
    this.#request = request;
    this.#events = events;
    this.#settings = settings;
    this.#anchor = events[0]?.at ?? 0;
    this.#anchorNow = settings.clock?.now() ?? 0;
    this.#program = new ProgramFollower(events);
    this.#input = request.stdio.get(0)?.kind === 'pipe' ? this.#makeInput() : null;
    this.stdin = this.#input;
    for (const [fd, slot] of request.stdio) {
      if (fd > 0 && slot.kind === 'pipe') {
        this.#fakeOutputs.set(fd, this.#makeOutput());
      }
    }
    this.outputs = this.#fakeOutputs;
  }

  /** Starts the replay in a later turn. */
  start(): void {
    this.#later(() => {
      this.#advance();
    });
  }

  #stop(): void {
    this.#over = true;
    this.#timer?.cancel();
  }

  /** Stops the replay. If it is not over, the link to the child is lost. */
  giveUp(): void {
    if (!this.#over) {
      this.#lose('the replay was stopped');
    }
  }

  /** Takes the child back if that was recorded and it has not started yet. */
  override abandon(): boolean {
    const recorded = this.#events.find((event) => event.kind === 'abandon');
    if (recorded?.never !== true || this.#started) {
      return false;
    }
    this.#stop();
    return true;
  }

  /** What was recorded and the program under test has not done; `null` for nothing. */
  get incomplete(): ReplayDeviationError | null {
    const missing = this.#program.missing;
    if (missing !== null) {
      return this.#errorOf(missing);
    }
    const next = this.#events[this.#next];
    return next?.kind === 'end' && !this.#program.hasDone(next) && !this.#over
      ? this.#errorOf({ kind: 'incomplete', offset: null, expected: 'the end of the input', actual: 'nothing more' })
      : null;
  }

  override kill(signal: Signal, scope: SignalScope = 'process'): KillAnswer {
    const number = signalNumber(signal);
    if (this.#over) {
      return 'gone';
    }
    const recorded = this.#program.signalled(number, scope);
    if (recorded === null) {
      const expected = this.#program.nextSignal ?? 'no more signal';
      const actual = `signal ${signalName(number) ?? number}`;
      throw this.#deviate({ kind: 'signal', offset: null, expected, actual });
    }
    this.#advanceLater();
    if (typeof recorded.outcome === 'object') {
      throw remakeError(recorded.outcome);
    }
    return recorded.outcome;
  }

  #makeInput(): ReplayInput {
    const owner: ReplayInputOwner = {
      written: (chunk) => {
        this.#follow(this.#over ? null : this.#program.wrote(chunk));
      },
      ended: (how) => {
        const deviation = this.#program.endedInput(how);
        this.#follow(this.#over ? null : deviation);
      },
    };
    return new ReplayInput(owner, this.#settings.scheduler);
  }

  #makeOutput(): FakeOutput {
    const { scheduler } = this.#settings;
    return makeFakeOutput({
      scheduler,
      capacityBytes: Infinity,
      cutter: cutterFor('written', 0),
      readInto: false,
    });
  }

  /** Handles an action of the program under test: as recorded (`null`), or a deviation. */
  #follow(deviation: Deviation | null): void {
    if (deviation === null) {
      this.#advanceLater();
    } else {
      this.#deviate(deviation);
    }
  }

  #advanceLater(): void {
    this.#later(() => {
      this.#advance();
    });
  }

  /** Plays events until one has to wait. */
  #advance(): void {
    this.#timer?.cancel();
    this.#timer = null;
    while (!this.#over) {
      const event = this.#events[this.#next];
      if (event === undefined) {
        this.#finish();
        return;
      }
      if (!this.#program.hasDone(event)) {
        this.#input?.take(Infinity);
        return;
      }
      const delayMs = this.#delayBefore(event);
      if (delayMs > 0) {
        this.#timer =
          this.#settings.clock?.setTimer(() => {
            this.#advance();
          }, delayMs) ?? null;
        return;
      }
      this.#next += 1;
      if (!UNTIMED.has(event.kind)) {
        this.#anchor = event.at;
        this.#anchorNow = this.#settings.clock?.now() ?? 0;
      }
      this.#play(event);
    }
    this.#input?.take(Infinity);
  }

  /** Returns the delay before an event in milliseconds. */
  #delayBefore(event: SessionEvent): number {
    const { clock } = this.#settings;
    return clock === null || UNTIMED.has(event.kind) || ACTIONS.has(event.kind)
      ? 0
      : this.#anchorNow + (event.at - this.#anchor) - clock.now();
  }

  #play(event: SessionEvent): void {
    switch (event.kind) {
      case 'started':
        this.#started = true;
        this.emit('spawn', event.pid ? this.#settings.pid : null);
        return;
      case 'failed':
        this.#stop();
        this.emit('error', remakeError(event.error));
        return;
      case 'data':
        void this.#fakeOutputs.get(event.fd)?.write(payloadBytes(event.payload));
        return;
      case 'closed':
        this.#closePipe(event.fd, event.error);
        return;
      case 'taken':
        this.#input?.take(this.#program.endOfWrite(event.write));
        return;
      case 'exit':
        this.#later(() => {
          this.emit('exit', event.end);
        });
        this.#exited = true;
        return;
      case 'undelivered': {
        const { signal, scope, error } = event;
        this.#later(() => {
          this.emit('killFailed', { signal, scope, error: remakeError(error) });
        });
        return;
      }
      case 'lost':
        this.#stop();
        // After the events of the pipes.
        this.#later(() => {
          this.emit('lost', remakeError(event.error) as TransportLostError);
        });
        return;
      default:
        return;
    }
  }

  #closePipe(fd: number, error: RecordedError | null): void {
    if (fd === 0) {
      this.#input?.close(error === null ? null : remakeError(error));
    } else if (error === null) {
      this.#fakeOutputs.get(fd)?.removeHolder();
    } else {
      this.#fakeOutputs.get(fd)?.fail(remakeError(error));
    }
  }

  /** Ends the replay after the last event, which may come before the exit of the child. */
  #finish(): void {
    if (!this.#exited) {
      this.#lose('the recording ends here');
      return;
    }
    this.#stop();
    for (const output of this.#fakeOutputs.values()) {
      output.removeHolder();
    }
    this.#input?.take(Infinity);
    this.#input?.close(null);
  }

  #lose(why: string, cause?: Error): void {
    this.#stop();
    const phase = this.#started ? 'running' : 'starting';
    const error = new TransportLostError(why, { phase, mayStillRun: false }, { cause });
    this.#input?.close(error);
    this.#later(() => {
      this.emit(this.#started ? 'lost' : 'error', error);
    });
  }

  #deviate(deviation: Deviation): ReplayDeviationError {
    const error = this.#errorOf(deviation);
    this.#settings.onDeviation(error);
    this.#lose(error.message, error);
    return error;
  }

  #errorOf({ kind, ...details }: Deviation): ReplayDeviationError {
    const child = this.#events[0]?.child ?? 0;
    return new ReplayDeviationError(kind, { child, program: showByteString(this.#request.program), ...details });
  }

  #later(task: () => void): void {
    this.#settings.scheduler.post(this.#channel, task);
  }
}
