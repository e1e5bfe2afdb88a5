import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { step, type RequirementTable } from '@subwire/testing';
import { open, ready } from './support.js';

/** Ending a process. */
export const ending: RequirementTable = {
  'process.kill': {
    behavior: 'kill() and terminate() end the child, and throw once it has ended',
    source: 'test_kill',
    requires: ['signals'],
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.forever()]);
      child.kill();
      equal(await child.wait(), -9);
      let name = '';
      try {
        child.terminate();
      } catch (thrown) {
        ({ name } = thrown as Error);
      }
      equal(name, 'ProcessLookupError');
    },
  },
  'process.stop-politely': {
    behavior: 'stop() asks with SIGTERM first',
    source: 'F63',
    requires: ['signals'],
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.trap('SIGTERM', 11), step.write('ready\n'), step.forever()]);
      await ready(child);
      deepEqual(await child.stop({ graceMs: 10_000 }), { returncode: 11, escalated: false });
    },
  },
  'process.stop-with-force': {
    behavior: 'stop() kills a child that ignores SIGTERM once the grace is over',
    source: 'F64',
    requires: ['signals'],
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.trap('SIGTERM', 'ignore'), step.write('ready\n'), step.forever()]);
      await ready(child);
      const stopping = child.stop({ graceMs: 100 });
      await c.elapse(110);
      deepEqual(await stopping, { returncode: -9, escalated: true });
    },
  },
  'process.stop-stopped': {
    behavior: 'stop() wakes a stopped child so that it can obey',
    source: 'F63',
    requires: ['signals'],
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.write('ready\n'), step.stop(), step.forever()]);
      await ready(child);
      await c.quiet();
      deepEqual(await child.stop({ graceMs: 10_000 }), { returncode: -15, escalated: false });
    },
  },
  'process.stop-ended': {
    behavior: 'stop() on a child that has ended does nothing',
    source: 'F66',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.exit(4)]);
      await child.wait();
      deepEqual(await child.stop(), { returncode: 4, escalated: false });
    },
  },
  'process.dispose': {
    behavior: 'Leaving an await-using block ends and reaps the child',
    source: 'gh-118516',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.forever()]);
      await child[Symbol.asyncDispose]();
      notEqual(child.returncode, null);
    },
  },
};
