/**
 * The state machine of a child process, over whatever a backend hands up.
 *
 * 1. Events of the handle before `spawn` cannot be seen by the protocol: the queue holds them until `connectionMade`.
 * 2. `processExited` follows the handle's `exit`, a pipe's loss follows that pipe's `close`; neither waits for the other.
 * 3. `connectionLost` comes when the end is known and every pipe is lost; it is scheduled, hence last.
 * 4. Read pipes are never closed because the process exited: a descendant may hold them, and what is in them is output.
 * 5. The input is left to whoever reads it, also after the exit; `stdinGrace.ts` says when it is given up all the same, so
 *    that rule 3 is always reached.
 */
import type { BaseProtocol } from '../contract/base.js';
import type { ChildExit } from '../contract/childExit.js';
import type { CallbackErrorReporter } from '../contract/callbackErrors.js';
import { CallbackQueue } from './callbackQueue.js';
import type { ChildHandle, KillAnswer } from '../seam/childHandle.js';
import type { Clock } from '../contract/clock.js';
import { ProcessLookupError, type TransportLostError } from '../contract/errors.js';
import type { SubprocessProtocol } from '../contract/protocols.js';
import { ReadPipeTransport } from './readPipeTransport.js';
import { signalNumber, type Signal, type SignalFailure, type SignalScope } from '../contract/signals.js';
import { StdinGrace } from './stdinGrace.js';
import { InputReceiver, outputReceiver, type PipeOwner } from './subprocessPipes.js';
import type { ReadTransport, SubprocessTransport, WriteTransport } from '../contract/transports.js';
import { WritePipeTransport } from './writePipeTransport.js';

/** How long a cancelled creation waits for the child's end after SIGKILL; only a child stuck in the kernel takes longer. */
const REAP_LIMIT_MS = 5_000;

/** What a transport needs besides its child and its protocol. */
export interface ChildTransportSettings {
  readonly backendName: string;
  readonly clock: Clock;
  readonly stdinGraceMs: number;
  readonly onCallbackError: CallbackErrorReporter;
}

interface Settle {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The `SubprocessTransport` over a `ChildHandle`. */
export class ChildTransport implements SubprocessTransport, PipeOwner {
  /** Resolves after `connectionMade`, rejects if the child never started. */
  readonly started: Promise<void>;
  readonly queue: CallbackQueue;
  readonly #handle: ChildHandle;
  readonly #settings: ChildTransportSettings;
  readonly #stdin: WritePipeTransport | null;
  #stdinGrace: StdinGrace | null = null;
  #stdinLost = false;
  readonly #outputs = new Map<number, ReadPipeTransport>();
  #openPipes = 0;
  #protocol: SubprocessProtocol | null;
  #settleStarted: Settle | null;
  #settleCancelled: (() => void) | null = null;
  #state: 'starting' | 'running' | 'cancelled' | 'failed' = 'starting';
  #pid: number | null = null;
  #exit: ChildExit | null = null;
  #lost: TransportLostError | null = null;
  #closed = false;
  /** `close()` waits with the pipes until a queued signal has arrived. */
  #closeHeld = false;
  #finishing = false;
  #finished = false;

  constructor(handle: ChildHandle, protocol: SubprocessProtocol, settings: ChildTransportSettings) {
    this.#handle = handle;
    this.#protocol = protocol;
    this.#settings = settings;
    this.queue = new CallbackQueue(settings.onCallbackError);
    let settle: Settle = { resolve: () => undefined, reject: () => undefined };
    this.started = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.#settleStarted = settle;
    handle.on('spawn', this.#onSpawn, this);
    handle.on('exit', this.#onExit, this);
    handle.on('lost', this.#onLost, this);
    handle.on('error', this.#onError, this);
    handle.on('killFailed', this.#onKillFailed, this);
    this.#stdin = this.#connectStdin();
    for (const [fd, output] of handle.outputs) {
      this.#openPipes += 1;
      this.#outputs.set(fd, new ReadPipeTransport(output, outputReceiver(this, fd), this.queue));
    }
  }

  get protocol(): SubprocessProtocol | null {
    return this.#protocol;
  }

  getExtraInfo(name: string, defaultValue: unknown = null): unknown {
    switch (name) {
      case 'backend':
        return this.#settings.backendName;
      case 'clock':
        return this.#settings.clock;
      case 'exit':
        return this.#exit ?? defaultValue;
      default:
        return defaultValue;
    }
  }

  getPid(): number | null {
    return this.#pid;
  }

  getReturncode(): number | null {
    return this.#exit?.returncode ?? null;
  }

  getPipeTransport(fd: 0): WriteTransport | null;
  getPipeTransport(fd: number): ReadTransport | WriteTransport | null;
  getPipeTransport(fd: number): ReadTransport | WriteTransport | null {
    return fd === 0 ? this.#stdin : (this.#outputs.get(fd) ?? null);
  }

  sendSignal(signal: Signal, scope: SignalScope = 'process'): void {
    signalNumber(signal);
    if (this.#exit !== null && scope === 'process') {
      throw new ProcessLookupError();
    }
    if (this.#lost !== null) {
      throw this.#lost;
    }
    if (this.#handle.kill(signal, scope) === 'gone') {
      throw new ProcessLookupError();
    }
  }

  terminate(): void {
    this.sendSignal('SIGTERM');
  }

  kill(): void {
    this.sendSignal('SIGKILL');
  }

  isClosing(): boolean {
    return this.#closed || this.#finished;
  }

  close(): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    if (this.#killIfRunning() === 'queued') {
      // The end of its input must not reach the child before the signal does.
      this.#closeHeld = true;
    } else {
      this.#closePipes();
    }
  }

  ref(): void {
    this.#handle.ref();
  }

  unref(): void {
    this.#handle.unref();
  }

  setProtocol(protocol: BaseProtocol): void {
    if (this.#finished) {
      return;
    }
    this.#protocol = protocol as SubprocessProtocol;
    // A new protocol may be buffered where the old one was not.
    for (const [fd, output] of this.#outputs) {
      output.setOwner(outputReceiver(this, fd));
    }
  }

  getProtocol(): SubprocessProtocol | null {
    return this.#protocol;
  }

  /**
   * Takes the creation back: kills the child, closes the pipes, and resolves when it is reaped.
   *
   * Before `connectionMade` the protocol never hears of the child; after it, it gets the callbacks that are due.
   */
  cancel(): Promise<void> {
    if (this.#state === 'failed' || this.#finished) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = this.#settings.clock.setTimer(resolve, REAP_LIMIT_MS);
      this.#settleCancelled = () => {
        timer.cancel();
        resolve();
      };
      if (this.#state === 'running') {
        this.close();
        this.#tryFinish();
      } else if (this.#handle.abandon()) {
        this.#state = 'failed';
        this.#protocol = null;
        this.#settleCancelled();
      } else {
        this.#state = 'cancelled';
      }
    });
  }

  /** For the pipes: one of them can carry no more data. */
  pipeLost(fd: number, error: Error | null): void {
    this.#openPipes -= 1;
    if (fd === 0) {
      this.#stdinLost = true;
      this.#stdinGrace?.stop();
    }
    this.queue.run('pipeConnectionLost', () => {
      this.#protocol?.pipeConnectionLost(fd, error);
    });
    this.#tryFinish();
  }

  #connectStdin(): WritePipeTransport | null {
    if (this.#handle.stdin === null) {
      return null;
    }
    this.#openPipes += 1;
    return new WritePipeTransport(this.#handle.stdin, new InputReceiver(this), this.queue);
  }

  #onSpawn(pid: number | null): void {
    this.#pid = pid;
    if (this.#state === 'cancelled') {
      this.#killIfRunning();
      this.#dropPipes();
      return;
    }
    this.#state = 'running';
    this.queue.open('connectionMade', () => {
      this.#protocol?.connectionMade(this);
    });
    for (const output of this.#outputs.values()) {
      output.start();
    }
    this.#settleStarted?.resolve();
    this.#settleStarted = null;
  }

  #onExit(end: ChildExit): void {
    this.#exit = end;
    this.#releaseClose();
    if (this.#state === 'cancelled') {
      this.#settleCancelled?.();
      return;
    }
    this.queue.deliver('processExited', () => {
      this.#protocol?.processExited();
    });
    this.#graceStdin();
    this.#tryFinish();
  }

  #graceStdin(): void {
    if (this.#stdin !== null && !this.#stdinLost) {
      const { clock, stdinGraceMs } = this.#settings;
      this.#stdinGrace = new StdinGrace(this.#stdin, clock, stdinGraceMs);
    }
  }

  #onLost(error: TransportLostError): void {
    if (this.#state !== 'running') {
      this.#onError(error);
      return;
    }
    this.#lost = error;
    this.#stdin?.abortWith(error);
    for (const output of this.#outputs.values()) {
      output.fail(error);
    }
    this.#tryFinish();
  }

  #onError(error: Error): void {
    this.#state = 'failed';
    this.#settleCancelled?.();
    this.#protocol = null;
    this.#settleStarted?.reject(error);
    this.#settleStarted = null;
  }

  #onKillFailed(failure: SignalFailure): void {
    this.#releaseClose();
    this.queue.deliver('signalFailed', () => {
      const protocol = this.#protocol;
      if (protocol?.signalFailed === undefined) {
        process.emitWarning(`a signal (${failure.signal}) did not reach a child: ${failure.error.message}`, {
          type: 'SubwireWarning',
          code: 'SUBWIRE_SIGNAL_FAILED',
        });
      } else {
        protocol.signalFailed(failure);
      }
    });
  }

  #releaseClose(): void {
    if (this.#closeHeld) {
      this.#closeHeld = false;
      this.#closePipes();
    }
  }

  #closePipes(): void {
    this.#stdin?.close();
    for (const output of this.#outputs.values()) {
      output.close();
    }
  }

  #dropPipes(): void {
    this.#stdin?.abort();
    for (const output of this.#outputs.values()) {
      output.close();
    }
  }

  #killIfRunning(): KillAnswer {
    if (this.#exit !== null || this.#lost !== null) {
      return 'gone';
    }
    try {
      return this.#handle.kill('SIGKILL');
    } catch (thrown) {
      // A set-uid child may not be ours to kill, and an engine may have no signals: closing the pipes is what is left.
      void thrown;
      return 'gone';
    }
  }

  #tryFinish(): void {
    const ended = this.#exit !== null || this.#lost !== null;
    if (!ended || this.#openPipes > 0 || this.#finishing) {
      return;
    }
    this.#finishing = true;
    this.queue.schedule('connectionLost', () => {
      const protocol = this.#protocol;
      this.#protocol = null;
      this.#finished = true;
      this.#settleCancelled?.();
      protocol?.connectionLost(this.#lost);
    });
  }
}
