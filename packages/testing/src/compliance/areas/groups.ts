import { equal, notEqual, ok } from 'node:assert/strict';
import { NotSupportedError, type SubprocessExecOptions } from '@subwire/transport';
import type { CaseContext } from '../caseContext.js';
import type { RequirementTable } from '../complianceCase.js';
import type { Recorder } from '../recorder.js';
import { step } from '../step.js';
import { rejection, thrownBy } from '../waiting.js';
import { refusedOption } from './refusedOption.js';

interface Standing {
  readonly pid: string;
  readonly group: string;
  readonly session: string;
}

/** Returns what a child says about its place. */
async function standing(c: CaseContext, options: SubprocessExecOptions): Promise<Standing> {
  const child = await c.start([step.print('pid'), step.print('group'), step.print('session')], options);
  await child.ended();
  const [pid = '', group = '', session = ''] = child.text(1).split('\n');
  return { pid, group, session };
}

/** Starts the leader of a session with a grandchild in its group, which holds the output and has come up. */
async function family(c: CaseContext): Promise<Recorder> {
  const steps = [step.fork([1], step.write('grandchild'), step.sleep(20_000)), step.forever()];
  const child = await c.start(steps, { startNewSession: true });
  await child.seenText(1, 'grandchild');
  return child;
}

/** Sessions, process groups, users. */
export const groups: RequirementTable = {
  'groups.same-by-default': {
    behavior: 'By default a child leads neither a group nor a session',
    source: 'semantics §2.4',
    requires: ['newSession'],
    async run(c) {
      const { pid, group, session } = await standing(c, {});
      notEqual(group, pid);
      notEqual(session, pid);
    },
  },
  'groups.new-session': {
    behavior: 'startNewSession makes the child the leader of a session and of a group',
    source: 'test_start_new_session',
    requires: ['newSession'],
    async run(c) {
      const { pid, group, session } = await standing(c, { startNewSession: true });
      equal(group, pid);
      equal(session, pid);
    },
  },
  'groups.new-group': {
    behavior: 'processGroup: 0 makes the child the leader of a group in our session',
    source: 'semantics §2.4',
    requires: ['processGroup'],
    async run(c) {
      const { pid, group, session } = await standing(c, { processGroup: 0 });
      equal(group, pid);
      notEqual(session, pid);
    },
  },
  'groups.joined': {
    behavior: 'processGroup names the group that the child joins',
    source: 'semantics §2.4',
    requires: ['processGroup', 'pids'],
    async run(c) {
      const leader = await c.start([step.forever()], { processGroup: 0 });
      const { group } = await standing(c, { processGroup: Number(leader.transport.getPid()) });
      equal(group, String(leader.transport.getPid()));
    },
  },
  'groups.signal-reaches-all': {
    behavior: 'A signal to the group reaches the grandchildren',
    source: 'F68',
    requires: ['newSession', 'signalScopes.group'],
    async run(c) {
      const child = await family(c);
      child.transport.sendSignal('SIGKILL', 'group');
      equal(await child.ended(), -9);
      equal(child.text(1), 'grandchild');
    },
  },
  'groups.signal-reaches-one': {
    behavior: 'A signal to the process leaves the grandchildren alone',
    source: 'F68',
    requires: ['newSession', 'signals'],
    async run(c) {
      const steps = [step.fork([0, 1], step.write('grandchild'), step.count()), step.forever()];
      const child = await c.start(steps, { startNewSession: true });
      await child.seenText(1, 'grandchild');
      child.transport.kill();
      equal(await child.exited(), -9);
      child.stdin.close();
      await child.seenText(1, 'count:0\n');
      await child.ended();
    },
  },
  'groups.none-of-its-own': {
    behavior: 'A signal to the group of a child without one of its own is refused: it would hit ours',
    source: 'design §3',
    requires: ['signalScopes.group'],
    async run(c) {
      const child = await c.start([step.forever()]);
      const error = thrownBy(() => {
        child.transport.sendSignal('SIGTERM', 'group');
      });
      ok(error instanceof NotSupportedError);
      await c.quiet();
      equal(child.transport.getReturncode(), null);
    },
  },
  'groups.after-exit': {
    behavior: 'A signal to the group of a child that has ended is a ProcessLookupError',
    source: 'decision 2',
    requires: ['newSession', 'signalScopes.group'],
    async run(c) {
      const child = await c.start([], { startNewSession: true });
      await child.exited();
      const error = thrownBy(() => {
        child.transport.sendSignal('SIGTERM', 'group');
      });
      equal(error.name, 'ProcessLookupError');
    },
  },
  'groups.identity': {
    behavior: 'The child runs as the user and the group that were asked for',
    source: 'F86',
    requires: ['identity'],
    async run(c) {
      const ids = { user: process.getuid?.() ?? 0, group: process.getgid?.() ?? 0 };
      const child = await c.start([step.print('ids')], ids);
      await child.ended();
      equal(child.text(1), `${ids.user}:${ids.group}\n`);
    },
  },
  'groups.bad-identity': {
    behavior: 'A user or group that is no whole number is refused',
    source: 'F13',
    requires: ['identity'],
    async run(c) {
      for (const wrong of [-5, 1.5, 4_294_967_295]) {
        equal((await rejection(c.start([], { user: wrong }))).name, 'ValueError');
        equal((await rejection(c.start([], { group: wrong }))).name, 'ValueError');
      }
    },
  },
  'groups.lacks-new-session': refusedOption('newSession', { startNewSession: true }),
  'groups.lacks-process-group': refusedOption('processGroup', { processGroup: 0 }),
  'groups.lacks-identity': refusedOption('identity', { user: 0, group: 0 }),
  'groups.lacks-group-signals': {
    behavior: 'Without groupSignals a signal to the group is a NotSupportedError, not silence',
    source: 'BackendCapabilities',
    lacks: 'signalScopes.group',
    async run(c) {
      const child = await c.start([step.count()]);
      const error = thrownBy(() => {
        child.transport.sendSignal('SIGTERM', 'group');
      });
      ok(error instanceof NotSupportedError, String(error));
    },
  },
};
