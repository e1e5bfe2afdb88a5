/**
 * A child without a process.
 *
 * To the transport it is a `ChildHandle` like any other. The members that are marked "for tests" belong to the test: with
 * them it does by hand what a process does, and what only a broken one does.
 */
import {
  ChildHandle,
  showByteString,
  signalName,
  signalNumber,
  TransportLostError,
  type BackendCapabilities,
  type ChildExit,
  type LossPhase,
  type KillAnswer,
  type ReadPipeHandle,
  type ResourceUsage,
  type Signal,
  type SignalScope,
  type SpawnRequest,
  type WritePipeHandle,
} from '@subwire/transport';
import { bytesOf, showBytes } from '../bytes/bytes.js';
import { wholeNumber } from '../bytes/checks.js';
import type { Cutter } from '../bytes/chunking.js';
import { FakeDescriptors } from './fakeDescriptors.js';
import { FakeHolder } from './fakeHolder.js';
import { FakeLife } from './fakeLife.js';
import type { WriteOutcome } from './fakeOutput.js';
import { FakeSignals } from './fakeSignals.js';
import type { Channel, Scheduler } from '../clock/scheduler.js';
import { SignalAccess } from './signalAccess.js';
import { StartGate } from './startGate.js';

/** What a fake child needs. */
export interface FakeChildSettings {
  readonly scheduler: Scheduler;
  readonly capacityBytes: number;
  readonly cutter: Cutter;
  readonly supports: BackendCapabilities;
  /** Takes note of what happens, for the timeline. */
  readonly note: (what: string) => void;
}

/** What the end of a fake child says beside its return code. */
export type FakeExitDetails = Omit<ChildExit, 'returncode'>;

/** What a fake child has used if nobody says otherwise. */
const LITTLE_USAGE: ResourceUsage = Object.freeze({
  userCpuMs: 0,
  systemCpuMs: 0,
  maxRssBytes: 1_048_576,
  minorPageFaults: 0,
  majorPageFaults: 0,
  fsReads: 0,
  fsWrites: 0,
  voluntaryContextSwitches: 0,
  involuntaryContextSwitches: 0,
});

/** A child that a test, or a program written as a function, drives. */
export class FakeChild extends ChildHandle {
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  /** For tests: how it was started. */
  readonly request: SpawnRequest;
  readonly #pid: number;
  /** For tests: what signals do to it. */
  readonly signals: FakeSignals;
  readonly #settings: FakeChildSettings;
  readonly #channel: Channel = {};
  readonly #life: FakeLife;
  readonly #gate: StartGate;
  readonly #access: SignalAccess;
  readonly #descriptors: FakeDescriptors;
  readonly #holders: FakeHolder[] = [];
  readonly #receivedSignals: Signal[] = [];
  #endTold = false;
  #returncode: number | null = null;

  constructor(request: SpawnRequest, pid: number, settings: FakeChildSettings) {
    super();
    this.request = request;
    this.#pid = pid;
    this.#settings = settings;
    this.#life = new FakeLife(showByteString(request.program));
    this.#gate = new StartGate(settings.scheduler);
    this.#access = new SignalAccess(request, settings.supports);
    this.#descriptors = new FakeDescriptors(request.stdio, {
      ...settings,
      scheduler: this.#gate,
      readInto: settings.supports.readInto,
      peerClose: settings.supports.stdinPeerClose,
    });
    this.stdin = this.#descriptors.input;
    this.outputs = this.#descriptors.outputs;
    this.signals = new FakeSignals({
      dieOf: (number) => {
        this.#end(-number);
      },
      stopped: () => {
        settings.note('stopped');
      },
      continued: () => {
        settings.note('continues');
        this.#life.changed();
      },
    });
  }

  /** For tests: its number, which no process of any system has. */
  override get pid(): number {
    return this.#pid;
  }

  /** A fake child that was not started yet is taken back; nobody hears of it any more. */
  override abandon(): boolean {
    if (!this.#life.isCreated) {
      return false;
    }
    this.#life.end();
    this.#settings.note('is taken back before its start');
    this.#life.changed();
    return true;
  }

  override kill(signal: Signal, scope: SignalScope = 'process'): KillAnswer {
    const number = signalNumber(signal);
    // A dead child that nobody has heard of yet takes signals, as a zombie does.
    if (!this.#access.findsChild(number, scope) || this.#endTold) {
      this.#settings.note(`signal ${nameOf(number)} finds nobody`);
      return 'gone';
    }
    this.#receivedSignals.push(nameOf(number));
    this.#settings.note(`signal ${nameOf(number)}${scope === 'group' ? ' to the group' : ''}`);
    // At once, as in a kernel: what the caller does next finds a stopped child stopped. Its end is told later.
    if (this.#life.isRunning) {
      this.signals.receive(number);
    }
    if (scope === 'group') {
      this.#holders.forEach((holder) => {
        holder.signals.receive(number);
      });
    }
    return 'sent';
  }

  /** For tests: whether it was started and has not ended. */
  get isRunning(): boolean {
    return this.#life.isRunning;
  }

  /** For tests: how it ended, `null` while it has not. */
  get returncode(): number | null {
    return this.#returncode;
  }

  /** For tests: every signal that reached it, in order; by number where it has no name. */
  get receivedSignals(): readonly Signal[] {
    return this.#receivedSignals;
  }

  /** For tests: everything that its input took so far. */
  get received(): Uint8Array {
    return this.#descriptors.input?.received ?? new Uint8Array(0);
  }

  /** For tests: everything that its input took so far, as text. */
  get receivedText(): string {
    return new TextDecoder().decode(this.received);
  }

  /** For tests: whether the parent has closed the input, and everything it wrote was taken. */
  get inputEnded(): boolean {
    return this.#descriptors.input?.ended ?? true;
  }

  /** For tests: bytes that the parent wrote and the full pipe did not take yet. */
  get stalledInputBytes(): number {
    return this.#descriptors.input?.stalledBytes ?? 0;
  }

  /** For tests: bytes that were written to an output and that the parent has not read. */
  unreadBytes(fd: number): number {
    return this.#descriptors.outputAt(fd)?.unreadBytes ?? 0;
  }

  /** For tests: the child was started. */
  start(): void {
    this.#life.begin();
    this.#later(() => {
      this.emit('spawn', this.#settings.supports.pids === 'none' ? null : this.#pid);
      this.#gate.open();
    });
  }

  /** For tests: the child could not be started. */
  failToStart(error: Error): void {
    this.#life.requireCreated();
    this.#life.end();
    this.#settings.note(`fails to start: ${error.message}`);
    this.#later(() => {
      this.emit('error', error);
    });
    this.#life.changed();
  }

  /** For tests: writes to an output; settles when the pipe took everything, so a full pipe stalls the writer. */
  write(fd: number, text: string | Uint8Array): Promise<WriteOutcome> {
    const bytes = bytesOf(text);
    this.#settings.note(`writes ${showBytes(bytes)} to ${fd}`);
    return this.#descriptors.write(fd, bytes);
  }

  /** For tests: reads from the input; waits only if nothing is there. An empty array is the end. */
  read(maxBytes = 65_536): Promise<Uint8Array> {
    return this.#descriptors.read(maxBytes);
  }

  /** For tests: closes one of its descriptors while it goes on: an early end of output, or a broken input. */
  closeFd(fd: number): void {
    this.#settings.note(`closes ${fd}`);
    this.#descriptors.close(fd);
  }

  /** For tests: an output fails under the parent once it is read empty, as a terminal does with `EIO`. */
  failOutput(fd: number, error: Error): void {
    this.#settings.note(`${fd} fails: ${error.message}`);
    this.#descriptors.outputAt(fd)?.fail(error);
  }

  /** For tests: a descendant takes hold of pipes, and keeps them when the child ends. */
  hold(fds: readonly number[]): FakeHolder {
    if (this.#life.hasEnded) {
      throw this.#life.mistake('has ended, and has no more descendants');
    }
    const holder = new FakeHolder(this.#descriptors, fds);
    this.#holders.push(holder);
    this.#settings.note(`a descendant holds ${fds.join(' and ')}`);
    return holder;
  }

  /** For tests: whether a descendant holds pipes of it. */
  get isHeld(): boolean {
    return this.#holders.some((holder) => holder.isHolding);
  }

  /** For tests: gives up on a child that was never started. */
  abandonStart(): void {
    if (this.#life.isCreated) {
      this.failToStart(new Error('the fake child was never started'));
    }
  }

  /** For tests: its descendants let go of everything. */
  releaseHolders(): void {
    this.#holders.forEach((holder) => {
      holder.release();
    });
  }

  /** For tests: from now on `kill` finds nobody, as in the moment between a death and its notice. */
  becomeDeaf(): void {
    this.#access.refuse('gone');
  }

  /** For tests: from now on `kill` throws `EPERM`, as for a child that changed its user. */
  refuseSignals(): void {
    this.#access.refuse('forbidden');
  }

  /** For tests: exits, with 0 to 255. */
  exit(returncode = 0, details: FakeExitDetails = {}): void {
    if (wholeNumber(returncode, 'an exit code', 0) > 255) {
      throw new RangeError(`an exit code is at most 255, and not ${returncode}`);
    }
    this.#end(returncode, details);
  }

  /** For tests: dies of a signal. */
  die(signal: Signal, details: FakeExitDetails = {}): void {
    this.#end(-signalNumber(signal), details);
  }

  /** For tests: the link to the child dies; the child may run on, unseen. */
  lose(phase: LossPhase = this.#life.isCreated ? 'starting' : 'running', mayStillRun = true): void {
    if (this.#life.hasEnded) {
      return;
    }
    this.#life.end();
    this.#settings.note('the link is lost');
    this.#later(() => {
      this.#endTold = true;
      this.emit('lost', new TransportLostError('the link to the fake child was cut', { phase, mayStillRun }));
    });
    this.#life.changed();
  }

  /**
   * For tests: calls back when it has ended, or when it goes on after a stop.
   * @returns what ends that.
   */
  onChange(listener: () => void): () => void {
    return this.#life.onChange(listener);
  }

  #end(returncode: number, details: FakeExitDetails = {}): void {
    if (this.#life.hasEnded) {
      return;
    }
    this.#life.requireStarted();
    this.#life.end();
    this.#returncode = returncode;
    this.#settings.note(returncode < 0 ? `dies of ${nameOf(-returncode)}` : `exits with ${returncode}`);
    this.#descriptors.closeAll();
    const usage = this.#settings.supports.resourceUsage ? { resourceUsage: LITTLE_USAGE } : {};
    this.#later(() => {
      this.#endTold = true;
      this.emit('exit', { returncode, ...usage, ...details });
    });
    this.#life.changed();
  }

  #later(task: () => void): void {
    this.#settings.scheduler.post(this.#channel, task);
  }
}

function nameOf(number: number): Signal {
  return signalName(number) ?? number;
}
