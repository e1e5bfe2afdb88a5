/**
 * How a fake child reacts to signals.
 *
 * 1. SIGKILL and SIGSTOP cannot be handled or ignored.
 * 2. A signal with a handler calls it. An ignored signal does nothing. Every other signal has its default effect: most kill
 *    the child, some stop it, and some do nothing.
 *
 * | state   | SIGKILL | SIGSTOP | SIGCONT                                  | another signal                           |
 * | ------- | ------- | ------- | ---------------------------------------- | ---------------------------------------- |
 * | running | dies    | stopped | its handler is called                    | handler, nothing, dies or stopped: rule 2 |
 * | stopped | dies    | -       | running; pending signals, then its handler | pending, each signal once              |
 */
import { signalName, signalNumber, type Signal } from '@subwire/transport';
import { wholeNumber } from '../bytes/checks.js';

/** Signals that do nothing by default. */
const HARMLESS: ReadonlySet<string> = new Set(['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH']);
/** Signals that stop the child by default. */
const STOPPING: ReadonlySet<string> = new Set(['SIGTSTP', 'SIGTTIN', 'SIGTTOU']);

/** The child on which the signals act. */
export interface SignalTarget {
  /** Kills the child. */
  dieOf(number: number): void;
  stopped(): void;
  continued(): void;
}

/** The signal dispositions of one child. */
export class FakeSignals {
  readonly #target: SignalTarget;
  readonly #handlers = new Map<number, () => void>();
  readonly #ignored = new Set<number>();
  /** Signals that arrived while the child was stopped. */
  readonly #pending = new Set<number>();
  #stopped = false;

  constructor(target: SignalTarget) {
    this.#target = target;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  /**
   * Sets the handler of a signal.
   * @param signal - Name or number.
   * @param handler - `null` restores the default effect.
   */
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
   * Ignores a signal.
   * @param signal - Name or number.
   * @param times - How often; then its default effect is restored. Default: always.
   * @throws {ValueError} unless `times` is `Infinity` or an integer of at least 1.
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

  /** Delivers a signal. */
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
      this.#pending.add(number);
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
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const number of pending) {
      this.receive(number);
    }
  }
}
