import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import type { StdioSlot } from '@subwire/transport';
import { EVERY_CAPABILITY } from '../../fake/everyCapability.js';
import type { RequirementTable } from '../complianceCase.js';
import { step } from '../step.js';

/** The lower seam: the backend and the child’s handle. */
export const seam: RequirementTable = {
  'seam.manifest': {
    behavior: 'supports says yes or no to every capability, or lists what there is, and says nothing else',
    source: 'style §3 habit 5',
    needs: 'backend',
    run(c) {
      const { name, supports } = c.backend;
      ok(name.length > 0);
      deepEqual(Object.keys(supports).sort(), Object.keys(EVERY_CAPABILITY).sort());
      for (const [capability, value] of Object.entries(supports) as [string, unknown][]) {
        // What is a list, or a word, in one backend is one in all.
        const model: unknown = EVERY_CAPABILITY[capability as keyof typeof EVERY_CAPABILITY];
        const isList = Array.isArray(model) || model === 'all';
        ok(isList ? Array.isArray(value) || value === model : typeof value === typeof model, capability);
      }
      ok(['local', 'remote', 'none'].includes(supports.pids));
      return Promise.resolve();
    },
  },
  'seam.manifest-stays': {
    behavior: 'supports is the same before and after a child',
    source: 'style §3 habit 5',
    needs: 'backend',
    async run(c) {
      const before = { ...c.backend.supports };
      const handle = c.spawn([]);
      handle.resumeAll();
      await handle.ended();
      deepEqual({ ...c.backend.supports }, before);
    },
  },
  'seam.silent-spawn': {
    behavior: 'Nothing is emitted during spawn()',
    source: 'childHandle rule 1',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('x')]);
      deepEqual(handle.lines, []);
      // What was emitted before anybody could listen is gone, so it has to come now.
      await handle.seen('spawn');
      handle.resumeAll();
      await handle.ended();
      equal(handle.text(1), 'x');
    },
  },
  'seam.spawn-first': {
    behavior: 'spawn comes once and first, with the pid',
    source: 'childHandle rule 3',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('x')]);
      handle.resumeAll();
      await handle.ended();
      equal(handle.lines[0], 'spawn');
      equal(handle.log.count('spawn'), 1);
      equal(typeof handle.pid, c.subject.supports.pids === 'none' ? 'object' : 'number');
      equal(handle.child.pid, handle.pid);
    },
  },
  'seam.pipes-as-asked': {
    behavior: 'There is a handle for each pipe of the request, and for nothing else',
    source: 'ChildHandle',
    needs: 'backend',
    run(c) {
      const none: StdioSlot = { kind: 'null' };
      const pipe: StdioSlot = { kind: 'pipe' };
      const all = c.spawn([]);
      ok(all.child.stdin !== null);
      deepEqual([...all.child.outputs.keys()].sort(), [1, 2]);
      const one = c.spawn([], {
        stdio: new Map<number, StdioSlot>([
          [0, none],
          [1, none],
          [2, pipe],
        ]),
      });
      equal(one.child.stdin, null);
      deepEqual([...one.child.outputs.keys()], [2]);
      return Promise.resolve();
    },
  },
  'seam.request-untouched': {
    behavior: 'A backend does not change the request',
    source: 'SpawnRequest',
    needs: 'backend',
    async run(c) {
      const env = Object.freeze(Object.assign(Object.create(null) as Record<string, string>, { A: '1' }));
      const handle = c.spawn([step.env('A')], Object.freeze({ env }));
      handle.resumeAll();
      await handle.ended();
      equal(handle.text(1), '"1"\n');
    },
  },
  'seam.error-alone': {
    behavior: 'A child that never started is a throw or an error event, a SpawnError, and nothing else is emitted',
    source: 'childHandle rule 3',
    needs: 'backend',
    async run(c) {
      const { program } = c.broken('missing-file');
      const refusal = (): Promise<Error | null> => {
        const handle = c.spawn([], { program, args: [] });
        handle.resumeAll();
        return handle.seen('error').then(async () => {
          await c.quiet();
          deepEqual(handle.lines, ['error']);
          return handle.error;
        });
      };
      // A throw of spawn() is as good as the event.
      const error = await Promise.resolve()
        .then(refusal)
        .catch((thrown: unknown) => thrown as Error);
      equal(error?.name, 'SpawnError');
    },
  },
  'seam.exit-once': {
    behavior: 'exit comes once, with the code',
    source: 'childHandle rule 3',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.exit(42)]);
      handle.resumeAll();
      await handle.ended();
      await c.quiet();
      deepEqual(
        handle.lines.filter((line) => line.startsWith('exit')),
        ['exit:42'],
      );
    },
  },
  'seam.exit-by-signal': {
    behavior: 'Death by a signal is minus its number',
    source: 'ChildHandleEvents.exit',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.die('SIGTERM')]);
      handle.resumeAll();
      await handle.ended();
      equal(handle.returncode, -15);
    },
  },
  'seam.close-once': {
    behavior: 'At its natural end every pipe emits close once, with null, the input included',
    source: 'childHandle rule 5',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('x')]);
      handle.resumeAll();
      await handle.ended();
      await c.quiet();
      deepEqual(handle.lines.filter((line) => line.startsWith('close')).sort(), ['close:0', 'close:1', 'close:2']);
    },
  },
  'seam.close-after-calls': {
    behavior: 'close(), end() and destroy() make a pipe emit close once, however often they are called',
    source: 'childHandle rule 5',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('x'), step.forever()]);
      await handle.seen('spawn');
      handle.output(1).close();
      handle.output(1).close();
      handle.output(2).resume();
      handle.output(2).close();
      handle.stdin.end();
      handle.stdin.destroy();
      handle.stdin.destroy();
      await Promise.all([0, 1, 2].map((fd) => handle.seen(`close:${fd}`)));
      await c.quiet();
      deepEqual(handle.lines.filter((line) => line.startsWith('close')).sort(), ['close:0', 'close:1', 'close:2']);
    },
  },
  'seam.kill-answers': {
    behavior: 'kill() answers sent or queued while the child runs, and gone after its end',
    source: 'ChildHandle.kill',
    requires: ['signals'],
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.forever()]);
      await handle.seen('spawn');
      handle.resumeAll();
      ok(['sent', 'queued'].includes(handle.child.kill(0)));
      ok(['sent', 'queued'].includes(handle.child.kill('SIGKILL')));
      await handle.ended();
      equal(handle.child.kill('SIGKILL'), 'gone');
    },
  },
  'seam.scope-it-lacks': {
    behavior: 'A scope that supports does not list is a NotSupportedError, not silence',
    source: 'BackendCapabilities.signalScopes',
    requires: ['signals'],
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.forever()]);
      await handle.seen('spawn');
      handle.resumeAll();
      for (const scope of ['group', 'tree'] as const) {
        if (!c.subject.supports.signalScopes.includes(scope)) {
          throws(() => handle.child.kill('SIGTERM', scope), { name: 'NotSupportedError' });
        }
      }
      handle.child.kill('SIGKILL');
      await handle.ended();
      equal(handle.returncode, -9);
    },
  },
  'seam.resource-usage': {
    behavior: 'The end of a child tells what it used',
    source: 'ChildExit.resourceUsage',
    requires: ['resourceUsage'],
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('x')]);
      handle.resumeAll();
      await handle.ended();
      const usage = handle.end?.resourceUsage;
      ok(usage !== undefined);
      for (const [name, value] of Object.entries(usage) as [string, unknown][]) {
        ok(typeof value === 'number' && value >= 0, name);
      }
      ok(usage.maxRssBytes > 0);
    },
  },
};
