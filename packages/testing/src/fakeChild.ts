/**
 * A child without a process.
 *
 * To the transport it is a `ChildHandle` like any other. The members that are marked "for tests" belong to the test: with
 * them it does by hand what a process does, and what only a broken one does.
 */
import {
  ChildHandle,
  NotSupportedError,
  signalNumber,
  TransportLostError,
  type BackendCapabilities,
  type LossPhase,
  type ReadPipeHandle,
  type Signal,
  type SpawnRequest,
  type WritePipeHandle,
} from '@subwire/transport';
import { FakeInput } from './fakeInput.js';
import { FakeOutput, type FakePipeSettings, type WriteOutcome } from './fakeOutput.js';
import { FakeSignals } from './fakeSignals.js';
import type { Channel } from './scheduler.js';

/** What a fake child needs. */
export interface FakeChildSettings extends FakePipeSettings {
  readonly supports: BackendCapabilities;
}

/** A descendant of a fake child, which holds some of its pipes. */
export interface FakeHolder {
  /** Writes to one of the outputs that it holds. */
  write(fd: number, text: string | Uint8Array): Promise<WriteOutcome>;
  /** Reads from the input, if it holds it. */
  readInput(maxBytes?: number): Promise<Uint8Array>;
  /** Lets go of what it holds. */
  release(): void;
}

const encoder = new TextEncoder();

/** A child that a test, or a program written as a function, drives. */
export class FakeChild extends ChildHandle {
  override readonly stdin: WritePipeHandle | null;
  override readonly outputs: ReadonlyMap<number, ReadPipeHandle>;
  /** For tests: how it was started. */
  readonly request: SpawnRequest;
  /** For tests: its number, which no process of any system has. */
  readonly pid: number;
  /** For tests: what signals do to it. */
  readonly signals: FakeSignals;
  /** For tests: every signal that was sent to it, by number, in order. */
  readonly receivedSignals: number[] = [];
  readonly #settings: FakeChildSettings;
  readonly #channel: Channel = {};
  readonly #input: FakeInput | null;
  readonly #fakeOutputs = new Map<number, FakeOutput>();
  readonly #holders = new Set<FakeHolder>();
  readonly #openFds = new Set<number>();
  readonly #listeners: (() => void)[] = [];
  #state: 'created' | 'running' | 'ended' = 'created';
  #deaf = false;
  #returncode: number | null = null;

  constructor(request: SpawnRequest, pid: number, settings: FakeChildSettings) {
    super();
    this.request = request;
    this.pid = pid;
    this.#settings = settings;
    this.#input = request.stdio.get(0)?.kind === 'pipe' ? new FakeInput(settings) : null;
    this.stdin = this.#input;
    for (const [fd, slot] of request.stdio) {
      if (fd > 0 && slot.kind === 'pipe') {
        this.#fakeOutputs.set(fd, new FakeOutput(settings));
      }
    }
    this.outputs = this.#fakeOutputs;
    for (const [fd, slot] of request.stdio) {
      if (slot.kind === 'pipe' || slot.kind === 'stdout') {
        this.#openFds.add(fd);
      }
      if (slot.kind === 'stdout') {
        this.#takeHold(fd);
      }
    }
    this.signals = new FakeSignals({
      dieOf: (number) => {
        this.#end(-number);
      },
      stopped: () => undefined,
      continued: () => {
        this.#wake();
      },
    });
  }

  override kill(signal: Signal, scope: 'process' | 'group' = 'process'): boolean {
    const { signals, groupSignals } = this.#settings.supports;
    if (!signals) {
      throw new NotSupportedError('signals', 'this fake backend delivers no signals');
    }
    const leadsGroup = this.request.startNewSession || this.request.processGroup === 0;
    if (scope === 'group' && !(groupSignals && leadsGroup)) {
      throw new NotSupportedError('groupSignals', 'the child has no group of its own');
    }
    if (this.#state === 'ended' || this.#deaf) {
      return false;
    }
    const number = signalNumber(signal);
    this.receivedSignals.push(number);
    // On a turn of its own: a signal never acts before the call that sent it has returned.
    this.#later(() => {
      if (this.#state !== 'ended') {
        this.signals.receive(number);
      }
      if (scope === 'group') {
        this.#signalHolders(number);
      }
    });
    return true;
  }

  /** For tests: whether it was started and has not ended. */
  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** For tests: how it ended, `null` while it has not. */
  get returncode(): number | null {
    return this.#returncode;
  }

  /** For tests: everything that its input took so far. */
  get received(): Uint8Array {
    return this.#input?.received ?? new Uint8Array(0);
  }

  /** For tests: whether the parent has closed the input. */
  get inputEnded(): boolean {
    return this.#input?.ended ?? true;
  }

  /** For tests: the child was started. */
  start(): void {
    if (this.#state === 'created') {
      this.#state = 'running';
      this.#later(() => {
        this.emit('spawn', this.#settings.supports.pids ? this.pid : null);
      });
    }
  }

  /** For tests: the child could not be started. */
  failToStart(error: Error): void {
    this.#state = 'ended';
    this.#returncode = null;
    this.#later(() => {
      this.emit('error', error);
    });
    this.#wake();
  }

  /** For tests: writes to an output; settles when the pipe took everything, so a full pipe stalls the writer. */
  write(fd: number, text: string | Uint8Array): Promise<WriteOutcome> {
    const output = this.#outputAt(fd);
    if (output === undefined) {
      return Promise.resolve('taken');
    }
    return this.#openFds.has(fd) ? output.write(bytesOf(text)) : Promise.resolve('broken');
  }

  /** For tests: reads from the input; waits only if nothing is there. An empty array is the end. */
  read(maxBytes = 65_536): Promise<Uint8Array> {
    return this.#input?.read(maxBytes) ?? Promise.resolve(new Uint8Array(0));
  }

  /** For tests: closes one of its descriptors while it goes on: an early end of output, or a broken input. */
  closeFd(fd: number): void {
    if (this.#openFds.delete(fd)) {
      this.#letGo(fd);
    }
  }

  /** For tests: an output fails under the parent, as a terminal does with `EIO`. */
  failOutput(fd: number, error: Error): void {
    this.#fakeOutputs.get(fd)?.fail(error);
  }

  /** For tests: a descendant takes hold of pipes, and keeps them when the child ends. */
  hold(fds: readonly number[]): FakeHolder {
    for (const fd of fds) {
      this.#takeHold(fd);
    }
    let holding = true;
    const holder: FakeHolder = {
      write: (fd, text) => this.#outputAt(fd)?.write(bytesOf(text)) ?? Promise.resolve('taken'),
      readInput: (maxBytes = 65_536) => this.read(maxBytes),
      release: () => {
        if (holding) {
          holding = false;
          this.#holders.delete(holder);
          fds.forEach((fd) => {
            this.#letGo(fd);
          });
        }
      },
    };
    this.#holders.add(holder);
    return holder;
  }

  /** For tests: from now on `kill` finds nobody, as in the moment between a death and its notice. */
  becomeDeaf(): void {
    this.#deaf = true;
  }

  /** For tests: exits. */
  exit(returncode = 0): void {
    this.#end(returncode);
  }

  /** For tests: dies of a signal. */
  die(signal: Signal): void {
    this.#end(-signalNumber(signal));
  }

  /** For tests: the link to the child dies; the child may run on, unseen. */
  lose(phase: LossPhase = 'running', mayStillRun = true): void {
    if (this.#state === 'ended') {
      return;
    }
    this.#state = 'ended';
    this.#later(() => {
      this.emit('lost', new TransportLostError('the link to the fake child was cut', { phase, mayStillRun }));
    });
    this.#wake();
  }

  /** For tests: calls back when it has ended, or when it goes on after a stop. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #end(returncode: number): void {
    if (this.#state === 'ended') {
      return;
    }
    this.#state = 'ended';
    this.#returncode = returncode;
    for (const fd of [...this.#openFds]) {
      this.closeFd(fd);
    }
    this.#later(() => {
      this.emit('exit', returncode);
    });
    this.#wake();
  }

  #signalHolders(number: number): void {
    // A descendant of a fake knows no handlers: whatever is not a mere question ends it.
    if (number !== 0) {
      [...this.#holders].forEach((holder) => {
        holder.release();
      });
    }
  }

  /** With `stderr: STDOUT` two descriptors are one pipe. */
  #outputAt(fd: number): FakeOutput | undefined {
    return this.#fakeOutputs.get(this.request.stdio.get(fd)?.kind === 'stdout' ? 1 : fd);
  }

  #takeHold(fd: number): void {
    this.#outputAt(fd)?.addHolder();
    if (fd === 0) {
      this.#input?.addHolder();
    }
  }

  #letGo(fd: number): void {
    this.#outputAt(fd)?.removeHolder();
    if (fd === 0) {
      this.#input?.removeHolder();
    }
  }

  #wake(): void {
    [...this.#listeners].forEach((listener) => {
      listener();
    });
  }

  #later(task: () => void): void {
    this.#settings.scheduler.post(this.#channel, task);
  }
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? encoder.encode(text) : text;
}
