/**
 * What it costs that callbacks run in the asynchronous context of the creation: nanoseconds for each callback, and for each
 * transport, in memory. Beside a bare call, and beside the other two ways to enter a context.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { median } from './harness.js';

const ROUNDS = 15;
const CALLS = 1_000_000;
const MADE = 100_000;

let received = 0;
const callback = (): void => {
  received += 1;
};

type Way = readonly [name: string, once: () => void];

/** Returns the nanoseconds that one call of each way takes, median of the rounds, in which they take turns. */
function measure(ways: readonly Way[], count: number): Map<string, number> {
  const taken = new Map<string, number[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, once] of ways) {
      const start = performance.now();
      for (let done = 0; done < count; done += 1) {
        once();
      }
      taken.get(name)?.push(((performance.now() - start) * 1_000_000) / count);
    }
  }
  return new Map([...taken].map(([name, times]) => [name, median(times)]));
}

function print(what: string, figures: ReadonlyMap<string, number>): void {
  for (const [name, ns] of figures) {
    console.log(`${what.padEnd(28)} ${name.padEnd(32)} ${ns.toFixed(1).padStart(7)} ns`);
  }
}

function callbacks(what: string): void {
  const resource = new AsyncResource('Bench', { requireManualDestroy: true });
  const snapshot = AsyncLocalStorage.snapshot();
  const bound = AsyncResource.bind(callback);
  print(
    what,
    measure(
      [
        ['bare call', callback],
        ['AsyncResource, as we do it', () => resource.runInAsyncScope(callback)],
        ['AsyncResource.bind', bound],
        ['AsyncLocalStorage.snapshot', () => snapshot(callback)],
      ],
      CALLS,
    ),
  );
}

callbacks('callback, no storage in use');
const storage = new AsyncLocalStorage<number>();
storage.run(1, () => {
  callbacks('callback, storage in use');
  let made: unknown = null;
  print(
    'made for a transport',
    measure(
      [
        ['AsyncResource, as we do it', () => (made = new AsyncResource('Bench', { requireManualDestroy: true }))],
        ['AsyncLocalStorage.snapshot', () => (made = AsyncLocalStorage.snapshot())],
      ],
      MADE,
    ),
  );
  void made;
});
if (received === 0) {
  throw new Error('nothing was called');
}
