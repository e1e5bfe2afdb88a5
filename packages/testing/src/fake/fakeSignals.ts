/**
 * What signals do to a fake child.
 *
 * 1. SIGKILL and SIGSTOP cannot be caught or ignored.
 * 2. A stopped child takes no notice of anything but SIGKILL and SIGCONT; the rest waits for SIGCONT, each signal once.
 * 3. A signal is handled if there is a handler, does nothing if it is ignored, and ends the child otherwise, unless it is
 *    one of those that do nothing by default.
 */
import { signalName, signalNumber, type Signal } from '@subwire/transport';
import { wholeNumber } from '../bytes/checks.js';

/** Signals that do nothing unless they are handled. */
const HARMLESS: ReadonlySet<string> = new Set(['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH']);
const STOPPING: ReadonlySet<string> = new Set(['SIGTSTP', 'SIGTTIN', 'SIGTTOU']);

/** What the signals act on. */
export interface SignalTarget {
  /** Ends the child by a signal. */
  dieOf(number: number): void;
  stopped(): void;
  continued(): void;
}

/** The dispositions of one child. */
export class FakeSignals {
  readonly #target: SignalTarget;
  readonly #handlers = new Map<number, () => void>();
  readonly #ignored = new Set<number>();
  readonly #blocked = new Set<number>();
  #stopped = false;

  constructor(target: SignalTarget) {
    this.#target = target;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Handles a signal from now on; `null` gives it its default effect again. */
  handle(signal: Signal, handler: (() => void) | null): void {
    const number = signalNumber(signal);
    this.#ignored.delete(number);
    if (handler === null) {
      this.#handlers.delete(number);
    } else {
      this.#handlers.set(number, handler);
    }
  }

  /**
   * Ignores a signal from now on.
   * @param times - How often; then it has its default effect again. Default: for ever.
   */
  ignore(signal: Signal, times: number = Infinity): void {
    const number = signalNumber(signal);
    this.#handlers.delete(number);
    if (times === Infinity) {
      this.#ignored.add(number);
      return;
    }
    let left = wholeNumber(times, 'the number of times', 1);
    this.handle(signal, () => {
      left -= 1;
      if (left <= 0) {
        this.handle(signal, null);
      }
    });
  }

  /** A signal arrives. */
  receive(signal: Signal): void {
    const number = signalNumber(signal);
    const name = signalName(number) ?? '';
    if (number === 0) {
      return;
    }
    if (name === 'SIGKILL') {
      this.#target.dieOf(number);
    } else if (name === 'SIGSTOP') {
      this.#stop();
    } else if (name === 'SIGCONT') {
      this.#continue();
      this.#handlers.get(number)?.();
    } else if (this.#stopped) {
      this.#blocked.add(number);
    } else {
      this.#act(number, name);
    }
  }

  #act(number: number, name: string): void {
    const handler = this.#handlers.get(number);
    if (handler !== undefined) {
      handler();
    } else if (this.#ignored.has(number) || HARMLESS.has(name)) {
      return;
    } else if (STOPPING.has(name)) {
      this.#stop();
    } else {
      this.#target.dieOf(number);
    }
  }

  #stop(): void {
    if (!this.#stopped) {
      this.#stopped = true;
      this.#target.stopped();
    }
  }

  #continue(): void {
    if (!this.#stopped) {
      return;
    }
    this.#stopped = false;
    this.#target.continued();
    const blocked = [...this.#blocked];
    this.#blocked.clear();
    for (const number of blocked) {
      this.receive(number);
    }
  }
}
