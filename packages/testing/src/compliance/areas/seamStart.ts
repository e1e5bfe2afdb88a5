import { deepEqual, equal, throws } from 'node:assert/strict';
import type { RequirementTable } from '../complianceCase.js';
import { step } from '../step.js';

/** The lower seam: a start that is taken back, and one that is over when `spawn()` returns. */
export const seamStart: RequirementTable = {
  'seam.abandoned': {
    behavior: 'A creation that abandon() takes back emits nothing; one that it does not take back comes as ever',
    source: 'ChildHandle.abandon',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.forever()]);
      if (handle.child.abandon()) {
        await c.quiet();
        deepEqual(handle.lines, []);
        return;
      }
      await handle.seen('spawn');
      handle.resumeAll();
      handle.child.kill('SIGKILL');
      await handle.ended();
      equal(handle.log.count('spawn'), 1);
    },
  },
  'seam.abandon-too-late': {
    behavior: 'abandon() takes nothing back that has started',
    source: 'ChildHandle.abandon',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('x')]);
      await handle.seen('spawn');
      equal(handle.child.abandon(), false);
      handle.resumeAll();
      await handle.ended();
      equal(handle.text(1), 'x');
      equal(handle.child.abandon(), false);
    },
  },
  'seam.abandoned-crowd': {
    behavior: 'Of many creations that are taken back in one turn none runs, but those that were under way',
    source: 'ChildHandle.abandon',
    needs: 'backend',
    async run(c) {
      const handles = Array.from({ length: 30 }, () => c.spawn([step.forever()]));
      const running = handles.filter((handle) => !handle.child.abandon());
      await Promise.all(running.map((handle) => handle.seen('spawn')));
      await c.quiet();
      for (const handle of handles) {
        equal(handle.log.count('spawn'), running.includes(handle) ? 1 : 0);
      }
      for (const handle of running) {
        handle.resumeAll();
        handle.child.kill('SIGKILL');
        await handle.ended();
      }
    },
  },
  'seam.synchronous': {
    behavior: 'A synchronous request has started its child, or thrown, when spawn() returns',
    source: 'SpawnRequest.synchronous',
    requires: ['synchronousSpawn'],
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('x')], { synchronous: true });
      const { pid } = handle.child;
      deepEqual(handle.lines, []);
      if (c.subject.supports.pids !== 'none') {
        equal(typeof pid, 'number');
      }
      equal(handle.child.abandon(), false);
      await handle.seen('spawn');
      equal(handle.pid, pid);
      handle.resumeAll();
      await handle.ended();
      equal(handle.text(1), 'x');
      const { program } = c.broken('missing-file');
      throws(() => c.spawn([], { program, args: [], synchronous: true }), { name: 'SpawnError' });
    },
  },
};
