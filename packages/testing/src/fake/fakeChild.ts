/**
 * A child without a process.
 *
 * For the transport it is a `ChildHandle` like any other. With the members that are marked "for tests", a test does what
 * the process would do, and also what only a broken one does.
 *
 * | state   | `start` | `failToStart`  | `lose`        | `exit`, `die` | `abandon`       | `kill`                           |
 * | ------- | ------- | -------------- | ------------- | ------------- | --------------- | -------------------------------- |
 * | created | running | ended: `error` | ended: `lost` | throw         | ended, no event | 'sent', no effect                |
 * | running | throw   | throw          | ended: `lost` | ended: `exit` | `false`         | 'sent'                           |
 * | ended   | throw   | throw          | -             | -             | `false`         | 'sent' until `exit`, then 'gone' |
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

/** What a `FakeChild` needs. */
export interface FakeChildSettings {
  readonly scheduler: Scheduler;
  readonly capacityBytes: number;
  readonly cutter: Cutter;
  readonly supports: BackendCapabilities;
  /** Adds a line to the timeline. */
  readonly note: (what: string) => void;
}

/** The exit of a fake child without its return code. */
export type FakeExitDetails = Omit<ChildExit, 'returncode'>;

/** Default resource usage of a fake child. */
const DEFAULT_USAGE: ResourceUsage = Object.freeze({
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

/** A child that is controlled by a test, or by a program that is written as a function. */
export class FakeChild extends ChildHandle {
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  /** For tests: the spawn request. */
  readonly request: SpawnRequest;
  readonly #pid: number;
  /** For tests: how it reacts to signals. */
  readonly signals: FakeSignals;
  readonly #settings: FakeChildSettings;
  readonly #channel: Channel = {};
  readonly #life: FakeLife;
  readonly #gate: StartGate;
  readonly #access: SignalAccess;
  readonly #descriptors: FakeDescriptors;
  readonly #holders: FakeHolder[] = [];
  readonly #receivedSignals: Signal[] = [];
  /** Whether `exit` or `lost` was emitted. */
  #endEmitted = false;
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

  /** For tests: its pid, which no process of any system has. */
  override get pid(): number {
    return this.#pid;
  }

  /** Takes back a child that was not started yet; it emits no event after that. */
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
    // Until its exit is emitted, a child that has ended accepts signals, as a zombie does. A group accepts them while it has
    // members.
    if (!this.#access.findsChild(number, scope) || (this.#endEmitted && !(scope === 'group' && this.isHeld))) {
      this.#settings.note(`signal ${nameOf(number)} finds nobody`);
      return 'gone';
    }
    this.#receivedSignals.push(nameOf(number));
    this.#settings.note(`signal ${nameOf(number)}${scope === 'group' ? ' to the group' : ''}`);
    // The signal acts at once, as in a kernel: the next call finds a stopped child stopped. The exit is emitted later.
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

  /** For tests: the return code, `null` before its end. */
  get returncode(): number | null {
    return this.#returncode;
  }

  /** For tests: all signals that it got, in order: names, or the number of one without a name. */
  get receivedSignals(): readonly Signal[] {
    return this.#receivedSignals;
  }

  /** For tests: all bytes that were written to its stdin and taken by the pipe. */
  get received(): Uint8Array {
    return this.#descriptors.input?.received ?? new Uint8Array(0);
  }

  /** For tests: the bytes of `received` as UTF-8 text. */
  get receivedText(): string {
    return new TextDecoder().decode(this.received);
  }

  /** For tests: whether the parent has closed stdin, and the pipe took everything that it wrote. */
  get inputEnded(): boolean {
    return this.#descriptors.input?.ended ?? true;
  }

  /** For tests: number of bytes that the parent wrote and the full pipe did not take yet. */
  get stalledInputBytes(): number {
    return this.#descriptors.input?.stalledBytes ?? 0;
  }

  /** For tests: number of bytes that were written to an output and not read by the parent. */
  unreadBytes(fd: number): number {
    return this.#descriptors.outputAt(fd)?.unreadBytes ?? 0;
  }

  /**
   * For tests: starts the child.
   * @throws {Error} if it was started before, or has ended.
   */
  start(): void {
    this.#life.begin();
    this.#later(() => {
      this.emit('spawn', this.#settings.supports.pids === 'none' ? null : this.#pid);
      this.#gate.open();
    });
  }

  /**
   * For tests: lets the start of the child fail.
   * @param error - Emitted as `error`.
   * @throws {Error} if it was started before, or has ended.
   */
  failToStart(error: Error): void {
    this.#life.requireCreated();
    this.#life.end();
    this.#settings.note(`fails to start: ${error.message}`);
    this.#later(() => {
      this.emit('error', error);
    });
    this.#life.changed();
  }

  /**
   * For tests: writes to an output.
   * @param fd - The descriptor in the child.
   * @param text - Bytes, or text as UTF-8.
   * @returns when the pipe took everything: `'taken'`; or `'broken'` if nobody reads it any more.
   * @throws {RangeError} if the child has no such descriptor.
   */
  write(fd: number, text: string | Uint8Array): Promise<WriteOutcome> {
    const bytes = bytesOf(text);
    this.#settings.note(`writes ${showBytes(bytes)} to ${fd}`);
    return this.#descriptors.write(fd, bytes);
  }

  /**
   * For tests: reads from stdin; waits only if no bytes are in the pipe.
   * @param maxBytes - Most bytes to read. Default: 65 536.
   * @returns the bytes; an empty array at the end.
   */
  read(maxBytes = 65_536): Promise<Uint8Array> {
    return this.#descriptors.read(maxBytes);
  }

  /**
   * For tests: closes a descriptor of the running child.
   * @param fd - 0 makes later writes of the parent fail; an output ends.
   * @throws {RangeError} if the child has no such descriptor.
   */
  closeFd(fd: number): void {
    this.#settings.note(`closes ${fd}`);
    this.#descriptors.close(fd);
  }

  /**
   * For tests: lets an output fail after all of its bytes were read, as a terminal fails with `EIO`.
   * @param fd - The descriptor in the child.
   * @param error - The error of the pipe.
   */
  failOutput(fd: number, error: Error): void {
    this.#settings.note(`${fd} fails: ${error.message}`);
    this.#descriptors.outputAt(fd)?.fail(error);
  }

  /**
   * For tests: makes stdin fail. Waiting writes are refused with the error, and the child reads the end.
   * @param error - The reason of the loss. Only `EPIPE` and `ECONNRESET` in its `code` mean that the reader left.
   */
  failInput(error: Error): void {
    this.#settings.note(`0 fails: ${error.message}`);
    this.#descriptors.input?.fail(error);
  }

  /**
   * For tests: starts a descendant that holds pipes open, also after the child ended.
   * @param fds - The descriptors in the child.
   * @throws {Error} if the child has ended.
   * @throws {RangeError} if it has no such descriptor.
   */
  hold(fds: readonly number[]): FakeHolder {
    if (this.#life.hasEnded) {
      throw this.#life.mistake('has ended, and has no more descendants');
    }
    const holder = new FakeHolder(this.#descriptors, fds);
    this.#holders.push(holder);
    this.#settings.note(`a descendant holds ${fds.join(' and ')}`);
    return holder;
  }

  /** For tests: whether a descendant holds pipes of the child open. */
  get isHeld(): boolean {
    return this.#holders.some((holder) => holder.isHolding);
  }

  /** For tests: lets the start of a child fail that was not started yet. */
  abandonStart(): void {
    if (this.#life.isCreated) {
      this.failToStart(new Error('the fake child was never started'));
    }
  }

  /** For tests: all descendants close their pipes. */
  releaseHolders(): void {
    this.#holders.forEach((holder) => {
      holder.release();
    });
  }

  /** For tests: makes `kill` return `'gone'` from now on, as between the death of a child and the report of it. */
  becomeDeaf(): void {
    this.#access.refuse('gone');
  }

  /** For tests: makes `kill` throw `EPERM` from now on, as for a child that changed its user. */
  refuseSignals(): void {
    this.#access.refuse('forbidden');
  }

  /**
   * For tests: exits.
   * @param returncode - 0 to 255. Default: 0.
   * @param details - Other fields of the `exit` event. Default: a small resource usage, if the backend supports it.
   * @throws {ValueError} for a number that is no integer or negative.
   * @throws {RangeError} for a number above 255.
   * @throws {Error} if the child was not started.
   */
  exit(returncode = 0, details: FakeExitDetails = {}): void {
    if (wholeNumber(returncode, 'an exit code', 0) > 255) {
      throw new RangeError(`an exit code is at most 255, and not ${returncode}`);
    }
    this.#end(returncode, details);
  }

  /**
   * For tests: is killed by a signal.
   * @param signal - Name or number.
   * @param details - As for `exit`.
   * @throws {Error} if the child was not started.
   */
  die(signal: Signal, details: FakeExitDetails = {}): void {
    this.#end(-signalNumber(signal), details);
  }

  /**
   * For tests: cuts the link to the child.
   * @param phase - For the error. Default: the phase of the child.
   * @param mayStillRun - For the error: whether the child may still run. Default: `true`.
   */
  lose(phase: LossPhase = this.#life.isCreated ? 'starting' : 'running', mayStillRun = true): void {
    if (this.#life.hasEnded) {
      return;
    }
    this.#life.end();
    this.#settings.note('the link is lost');
    this.#later(() => {
      this.#endEmitted = true;
      this.emit('lost', new TransportLostError('the link to the fake child was cut', { phase, mayStillRun }));
    });
    this.#life.changed();
  }

  /**
   * For tests: calls a function when the child has ended, and when it was continued after a stop.
   * @returns a function that ends that.
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
    const usage = this.#settings.supports.resourceUsage ? { resourceUsage: DEFAULT_USAGE } : {};
    this.#later(() => {
      this.#endEmitted = true;
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
