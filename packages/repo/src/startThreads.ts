import type { Worker } from 'node:worker_threads';

/** The mark of `StartWorker` in the posix backend: what waits until the worker may be ended. */
const MARK: unique symbol = Symbol.for('subwire.startThread');

type MarkedWorker = Worker & { readonly [MARK]: () => void };

/**
 * The start threads that the posix backend makes during a test file. They end by themselves, but only after a while without
 * work; a test run does not wait for that.
 */
export class StartThreads {
  readonly #workers = new Set<Worker>();
  readonly #onWorker = (worker: Worker): void => {
    this.#workers.add(worker);
    worker.once('exit', () => this.#workers.delete(worker));
  };

  constructor() {
    process.on('worker', this.#onWorker);
  }

  /** Ends those that are left. */
  async end(): Promise<void> {
    process.off('worker', this.#onWorker);
    const left = [...this.#workers].filter((worker): worker is MarkedWorker => MARK in worker);
    await Promise.all(
      left.map((worker) => {
        worker[MARK]();
        return worker.terminate();
      }),
    );
  }
}
