import { deepEqual, equal, match } from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { ChildHandle, SpawnRequest, SubprocessBackend } from '@subwire/transport';
import type { CaseContext } from '../caseContext.js';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { step } from '../step.js';
import { rejection } from '../waiting.js';

/** The backend of the subject, which notes how its children ended, or that they were taken back. */
function observed(c: CaseContext): { readonly backend: SubprocessBackend; readonly endings: string[] } {
  const endings: string[] = [];
  const spawn = (request: SpawnRequest): ChildHandle => {
    const child = c.backend.spawn(request);
    child.on('exit', (end) => endings.push(`exit:${end.returncode}`));
    child.on('error', () => endings.push('error'));
    const abandon = child.abandon.bind(child);
    child.abandon = () => {
      const isTakenBack = abandon();
      if (isTakenBack) {
        endings.push('taken back');
      }
      return isTakenBack;
    };
    return child;
  };
  const { name, supports, clock } = c.backend;
  return { backend: { name, supports, spawn, ...(clock === undefined ? {} : { clock }) }, endings };
}

/** Starts a creation, aborts it after so many microtasks, and returns what came of it. */
async function aborted(c: CaseContext, microtasks: number): Promise<Recorder> {
  const controller = new AbortController();
  const reason = new Error('never mind');
  const recorder = new Recorder();
  const creation = rejection(c.startWith(recorder, [step.forever()], { signal: controller.signal }));
  for (let turn = 0; turn < microtasks; turn += 1) {
    await Promise.resolve();
  }
  controller.abort(reason);
  equal(await creation, reason);
  return recorder;
}

/** Creations that are aborted. */
export const abort: RequirementTable = {
  'abort.before': {
    behavior: 'An aborted signal rejects with its reason before the factory is called',
    source: 'F74',
    async run(c) {
      const reason = new Error('never mind');
      const { program, args } = c.subject.commands.steps([]);
      let made = 0;
      const factory = (): Recorder => {
        made += 1;
        return new Recorder();
      };
      equal(await rejection(c.subject.exec(factory, program, args, { signal: AbortSignal.abort(reason) })), reason);
      equal(made, 0);
    },
  },
  'abort.same-tick': {
    behavior: 'An abort in the tick of the call rejects with its reason',
    source: 'test_cancel_make_subprocess_transport_exec',
    async run(c) {
      const recorder = await aborted(c, 0);
      await c.quiet();
      deepEqual(recorder.lines, []);
    },
  },
  'abort.microtasks': {
    behavior: 'An abort after any number of microtasks rejects, and a protocol that was connected is told of the end',
    source: 'F77',
    async run(c) {
      for (const microtasks of [1, 2, 3, 5]) {
        const recorder = await aborted(c, microtasks);
        if (recorder.log.has('made')) {
          await recorder.ended();
        }
      }
    },
  },
  'abort.reaped': {
    behavior: 'An aborted creation rejects after the child was killed and reaped, or at once if it was taken back',
    source: 'decision 7',
    needs: 'backend',
    async run(c) {
      const { backend, endings } = observed(c);
      const controller = new AbortController();
      const creation = c.start([step.forever()], { signal: controller.signal, backend });
      controller.abort();
      await rejection(creation);
      deepEqual(endings, [endings[0] === 'taken back' ? 'taken back' : 'exit:-9']);
    },
  },
  'abort.in-made': {
    behavior: 'An abort inside connectionMade still rejects, and the callbacks that are due come',
    source: 'semantics §2.6',
    async run(c) {
      const controller = new AbortController();
      const recorder = new Recorder();
      recorder.on('made', () => {
        controller.abort();
      });
      const error = await rejection(c.startWith(recorder, [step.forever()], { signal: controller.signal }));
      equal(error.name, 'AbortError');
      equal(await recorder.ended(), -9);
    },
  },
  'abort.after': {
    behavior: 'An abort after the creation has no effect',
    source: 'decision 7',
    async run(c) {
      const controller = new AbortController();
      const child = await c.start([step.line(), step.exit(0)], { signal: controller.signal });
      controller.abort();
      await c.quiet();
      equal(child.transport.getReturncode(), null);
      child.stdin.close();
      equal(await child.ended(), 0);
    },
  },
  'abort.no-listener': {
    behavior: 'Neither success nor failure leaves a listener on the signal',
    source: 'F74',
    async run(c) {
      const { signal } = new AbortController();
      await c.start([step.forever()], { signal });
      const { program, args } = c.broken('missing-file');
      await rejection(c.execWith(new Recorder(), program, args, { signal }));
      equal(getEventListeners(signal, 'abort').length, 0);
    },
  },
  'abort.failed-anyway': {
    behavior: 'An abort of a creation that fails anyway rejects, and settles at once',
    source: 'F74',
    async run(c) {
      const controller = new AbortController();
      const { program, args } = c.broken('missing-file');
      const creation = rejection(c.execWith(new Recorder(), program, args, { signal: controller.signal }));
      controller.abort();
      match((await creation).name, /^(SpawnError|AbortError)$/);
    },
  },
};
