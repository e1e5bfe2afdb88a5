import { deepEqual, equal, ok } from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { CaseContext } from '../caseContext.js';
import type { RequirementTable } from '../complianceCase.js';
import { BufferedRecorder, Recorder } from '../recorder.js';
import { step, type Step } from '../step.js';

const MUCH: Uint8Array = new Uint8Array(4 * 2 ** 20);

/** What a callback finds in the storage of its case. */
type Seen = ReadonlyMap<string, ReadonlySet<string | undefined>>;

/** Notes in which store each callback runs. */
function watch(recorder: Recorder, storage: AsyncLocalStorage<string>): Seen {
  const seen = new Map<string, Set<string | undefined>>();
  for (const line of ['made', 'data:1', 'data:2', 'pause', 'resume', 'exited', 'lost:0', 'lost:1', 'lost:2', 'lost']) {
    recorder.on(line, () => {
      seen.set(line, (seen.get(line) ?? new Set()).add(storage.getStore()));
    });
  }
  return seen;
}

/** Starts a child in a store, resolves in another one's place. */
async function startIn(
  c: CaseContext,
  storage: AsyncLocalStorage<string>,
  store: string,
  recorder: Recorder,
  steps: readonly Step[],
): Promise<Seen> {
  const seen = watch(recorder, storage);
  await storage.run(store, async () => {
    await c.startWith(recorder, steps);
    equal(storage.getStore(), store);
  });
  return seen;
}

/** The asynchronous context, which `AsyncLocalStorage` shows. */
export const context: RequirementTable = {
  'context.callbacks': {
    behavior: 'Every callback runs in the asynchronous context of the creation, wherever the call came from',
    source: 'design §3',
    async run(c) {
      const storage = new AsyncLocalStorage<string>();
      // It stands still before it reads on: a fast reader would take everything without a pause.
      const steps = [step.write('out'), step.write('err', 2), step.line(), step.sleep(50), step.count()];
      const [one, two] = [new Recorder(), new Recorder()];
      const seen = await Promise.all([startIn(c, storage, 'one', one, steps), startIn(c, storage, 'two', two, steps)]);
      await Promise.all([one.seenText(1, 'out'), two.seenText(1, 'out')]);
      storage.run('another', () => {
        for (const child of [one, two]) {
          child.stdin.write(Buffer.from('\n'));
          child.stdin.write(MUCH);
          child.stdin.close();
        }
      });
      await Promise.all([one.ended(), two.ended()]);
      deepEqual(
        seen.map((stores) => [...stores.values()].flatMap((found) => [...found])),
        [Array<string>(10).fill('one'), Array<string>(10).fill('two')],
      );
    },
  },
  'context.close': {
    behavior: 'The callbacks that a close() or an abort() brings about run in the context of the creation',
    source: 'design §3',
    async run(c) {
      const storage = new AsyncLocalStorage<string>();
      const child = new Recorder();
      const seen = await startIn(c, storage, 'own', child, [step.forever()]);
      storage.run('another', () => {
        child.stdin.abort();
        child.output(1).close();
        child.transport.close();
      });
      await child.ended();
      deepEqual(
        [...seen].map(([line, stores]) => [line, ...stores]).sort(),
        ['exited', 'lost', 'lost:0', 'lost:1', 'lost:2', 'made'].map((line) => [line, 'own']),
      );
    },
  },
  'context.memory': {
    behavior:
      'getBuffer and bufferUpdated run in the context of the creation, also after a pause in the middle of a chunk',
    source: 'design §3',
    async run(c) {
      const storage = new AsyncLocalStorage<string>();
      const stores = new Set<string | undefined>();
      class Watched extends BufferedRecorder {
        override getBuffer(fd: number, sizeHint: number): Uint8Array {
          stores.add(storage.getStore());
          return super.getBuffer(fd, sizeHint);
        }
      }
      const child = new Watched(100);
      await storage.run('own', () => c.startWith(child, [step.pattern(250), step.line()]));
      child.on('data:1', () => {
        stores.add(storage.getStore());
        child.output(1).pauseReading();
      });
      while (child.size(1) < 250) {
        const size = child.size(1);
        storage.run('another', () => {
          child.output(1).resumeReading();
        });
        await child.seenBytes(1, size + 1);
      }
      deepEqual([...stores], ['own']);
    },
  },
  'context.reporter': {
    behavior: 'onCallbackError runs in the context of the creation',
    source: 'design §3',
    async run(c) {
      const storage = new AsyncLocalStorage<string>();
      const stores: (string | undefined)[] = [];
      const child = new Recorder();
      child.on('lost:0', () => {
        throw new Error('mine');
      });
      const { program, args } = c.subject.commands.steps([step.forever()]);
      const onCallbackError = (): void => {
        stores.push(storage.getStore());
      };
      await storage.run('own', () => c.execWith(child, program, args, { onCallbackError }));
      storage.run('another', () => {
        child.transport.close();
      });
      await child.ended();
      deepEqual(stores, ['own']);
    },
  },
  'context.awaits': {
    behavior: 'Each await of a creation resumes in the context of its own caller',
    source: 'design §3',
    async run(c) {
      const storage = new AsyncLocalStorage<string>();
      const resumed = await Promise.all(
        ['one', 'two', 'three'].map((store) =>
          storage.run(store, async () => {
            const child = await c.start([step.exit(0)]);
            const afterStart = storage.getStore();
            await child.ended();
            return [store, afterStart, storage.getStore()];
          }),
        ),
      );
      ok(
        resumed.every(([store, ...found]) => found.every((one) => one === store)),
        JSON.stringify(resumed),
      );
    },
  },
};
