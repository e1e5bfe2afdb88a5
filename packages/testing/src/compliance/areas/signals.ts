import { deepEqual, equal } from 'node:assert/strict';
import { constants } from 'node:os';
import type { Requirement, RequirementTable } from '../complianceCase.js';
import type { Recorder } from '../recorder.js';
import { step } from '../step.js';

const REALTIME = 40;

function deathBy(behavior: string, source: string, send: (child: Recorder) => void, returncode: number): Requirement {
  return {
    behavior,
    source,
    requires: ['signals'],
    async run(c) {
      const child = await c.startReady();
      send(child);
      equal(await child.ended(), returncode);
    },
  };
}

/** Signals that are sent to a child. */
export const signals: RequirementTable = {
  'signals.kill': deathBy(
    'kill() is SIGKILL',
    'test_subprocess_kill',
    ({ transport }) => {
      transport.kill();
    },
    -9,
  ),
  'signals.terminate': deathBy(
    'terminate() is SIGTERM',
    'test_subprocess_terminate',
    ({ transport }) => {
      transport.terminate();
    },
    -15,
  ),
  'signals.by-name': deathBy(
    'A signal can be named',
    'test_subprocess_send_signal',
    ({ transport }) => {
      transport.sendSignal('SIGHUP');
    },
    -1,
  ),
  'signals.by-number': deathBy(
    'A signal can be a number',
    'semantics §3.6',
    ({ transport }) => {
      transport.sendSignal(constants.signals.SIGUSR2);
    },
    -constants.signals.SIGUSR2,
  ),
  'signals.handled': {
    behavior: 'A child that handles a signal goes on',
    source: 'uvloop test_process_send_signal_1',
    requires: ['signals'],
    async run(c) {
      const child = await c.startReady(step.trap('SIGUSR2', 'report'), step.trap('SIGTERM', 11));
      child.transport.sendSignal('SIGUSR2');
      await child.seenText(1, 'SIGUSR2\n');
      equal(child.transport.getReturncode(), null);
      child.transport.terminate();
      equal(await child.ended(), 11);
    },
  },
  'signals.ignored': {
    behavior: 'A child that ignores SIGTERM runs on, until SIGKILL',
    source: 'F64',
    requires: ['signals'],
    async run(c) {
      const child = await c.startReady(step.trap('SIGTERM', 'ignore'));
      child.transport.terminate();
      await c.quiet();
      equal(child.transport.getReturncode(), null);
      child.transport.kill();
      equal(await child.ended(), -9);
    },
  },
  'signals.zero': {
    behavior: 'Signal 0 only asks',
    source: 'semantics §3.6',
    requires: ['signals'],
    async run(c) {
      const child = await c.startReady();
      child.transport.sendSignal(0);
      await c.quiet();
      equal(child.transport.getReturncode(), null);
    },
  },
  'signals.twice': {
    behavior: 'Sending a deadly signal twice is harmless',
    source: 'F66',
    requires: ['signals'],
    async run(c) {
      const child = await c.startReady();
      child.transport.kill();
      child.transport.kill();
      equal(await child.ended(), -9);
      equal(child.log.count('exited'), 1);
    },
  },
  'signals.stop-and-continue': {
    behavior: 'A stop and a continue are no exit, and the child goes on where it was',
    source: 'F61',
    requires: ['signals'],
    async run(c) {
      const child = await c.start([step.write('ready'), step.upper(), step.exit(2)]);
      await child.seenText(1, 'ready');
      child.transport.sendSignal('SIGSTOP');
      child.stdin.write(Buffer.from('go\n'));
      await c.quiet();
      deepEqual(child.order, ['made', 'data:1']);
      child.transport.sendSignal('SIGCONT');
      equal(await child.ended(), 2);
      equal(child.text(1), 'readyGO\n');
    },
  },
  'signals.kill-stopped': {
    behavior: 'SIGKILL ends a child that stopped itself',
    source: 'F63',
    requires: ['signals'],
    async run(c) {
      const child = await c.start([step.write('ready'), step.stop(), step.write('not yet')]);
      await child.seenText(1, 'ready');
      await c.quiet();
      child.transport.kill();
      equal(await child.ended(), -9);
      equal(child.text(1), 'ready');
    },
  },
  'signals.terminate-stopped': {
    behavior: 'SIGTERM waits in a stopped child until SIGCONT',
    source: 'F63',
    requires: ['signals'],
    async run(c) {
      const child = await c.startReady();
      child.transport.sendSignal('SIGSTOP');
      child.transport.terminate();
      await c.quiet();
      equal(child.transport.getReturncode(), null);
      child.transport.sendSignal('SIGCONT');
      equal(await child.ended(), -15);
    },
  },
  'signals.realtime': {
    behavior: 'Death by a real-time signal is minus its number',
    source: 'F61',
    requires: ['signals', 'realtimeSignals'],
    async run(c) {
      const child = await c.startReady();
      child.transport.sendSignal(REALTIME);
      equal(await child.ended(), -REALTIME);
    },
  },
};
