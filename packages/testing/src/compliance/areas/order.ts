import { deepEqual, equal, ok } from 'node:assert/strict';
import { DEVNULL } from '@subwire/transport';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { step } from '../step.js';

const CALLBACKS = ['made', 'data:1', 'lost:0', 'lost:1', 'lost:2', 'exited', 'lost'];

/** The order of callbacks. */
export const order: RequirementTable = {
  'order.made-first': {
    behavior: 'connectionMade comes once, and before everything else',
    source: 'semantics G1',
    async run(c) {
      const child = await c.start([step.write('x'), step.write('y', 2)]);
      await child.ended();
      equal(child.lines[0], 'made');
      equal(child.log.count('made'), 1);
    },
  },
  'order.data-before-loss': {
    behavior: 'The data of a descriptor never follows its loss',
    source: 'semantics G2',
    async run(c) {
      const child = await c.start([step.pattern(300_000), step.pattern(300_000, 2)]);
      await child.ended();
      for (const fd of [1, 2]) {
        ok(child.lines.lastIndexOf(`data:${fd}`) < child.lines.indexOf(`lost:${fd}`), child.log.toString());
      }
    },
  },
  'order.each-pipe-once': {
    behavior: 'Each pipe is lost once, the input included',
    source: 'semantics G4',
    async run(c) {
      const child = await c.start([step.write('x')]);
      await child.ended();
      await c.quiet();
      deepEqual(child.lines.filter((line) => line.startsWith('lost:')).sort(), ['lost:0', 'lost:1', 'lost:2']);
    },
  },
  'order.exited-once': {
    behavior: 'processExited comes once, when the return code is known',
    source: 'semantics G3',
    async run(c) {
      const child = await c.start([step.exit(3)]);
      await child.ended();
      await c.quiet();
      equal(child.log.count('exited'), 1);
      equal(child.returncodeAtExit, 3);
    },
  },
  'order.lost-last': {
    behavior: 'connectionLost comes once and last, with null',
    source: 'semantics G4, G7',
    async run(c) {
      const child = await c.start([step.write('x'), step.exit(1)]);
      await child.ended();
      await c.quiet();
      equal(child.lines.at(-1), 'lost');
      equal(child.log.count('lost'), 1);
      equal(child.reasons.get(-1), null);
    },
  },
  'order.lost-after-exit': {
    behavior: 'connectionLost waits for the exit, also when every pipe was lost long before',
    source: 'semantics G4',
    async run(c) {
      const child = await c.start([step.line(), step.close(0), step.close(1), step.close(2), step.forever()]);
      child.stdin.write(Buffer.from('\n'));
      child.stdin.close();
      await Promise.all([0, 1, 2].map((fd) => child.seen(`lost:${fd}`)));
      await c.quiet();
      equal(child.reasons.has(-1), false);
      child.transport.kill();
      await child.ended();
      deepEqual(child.lines.slice(-2), ['exited', 'lost']);
    },
  },
  'order.no-pipes': {
    behavior: 'Without pipes there is nothing but connectionMade, processExited, connectionLost',
    source: 'semantics App. C',
    async run(c) {
      const child = await c.start([step.write('x'), step.exit(7)], {
        stdin: DEVNULL,
        stdout: DEVNULL,
        stderr: DEVNULL,
      });
      equal(await child.ended(), 7);
      deepEqual(child.lines, ['made', 'exited', 'lost']);
    },
  },
  'order.outputs-apart': {
    behavior: 'The end of one output does not touch the other',
    source: 'semantics N2',
    async run(c) {
      const child = await c.start([step.close(2), step.line(), step.write('still here')]);
      await child.seen('lost:2');
      equal(child.reasons.has(1), false);
      child.stdin.write(Buffer.from('\n'));
      await child.ended();
      equal(child.text(1), 'still here');
    },
  },
  'order.off-the-stack': {
    behavior: 'No call of ours makes a callback on our stack',
    source: 'semantics G6',
    async run(c) {
      const child = await c.start([step.write('up'), step.count(), step.forever()]);
      await child.seenText(1, 'up');
      child.call(() => {
        child.stdin.write(Buffer.from('x'));
        child.output(1).pauseReading();
        child.output(1).resumeReading();
        child.output(2).close();
        child.stdin.close();
        child.transport.kill();
        child.transport.close();
      });
      await child.ended();
      deepEqual(child.synchronous, []);
    },
  },
  'order.throws-stop-nothing': {
    behavior: 'A throw in any callback stops neither the creation nor the other callbacks',
    source: 'F79',
    async run(c) {
      const recorder = new Recorder();
      for (const line of CALLBACKS) {
        recorder.on(line, () => {
          throw new Error(line);
        });
      }
      await c.startWith(recorder, [step.write('x')]);
      await recorder.ended();
      deepEqual([...recorder.order].sort(), [...CALLBACKS].sort());
    },
  },
  'order.throws-are-reported': {
    behavior: 'A throw in a callback is reported with the callback’s name and what was thrown',
    source: 'semantics §1.13',
    async run(c) {
      const recorder = new Recorder();
      const thrown = new Error('no more');
      recorder.on('exited', () => {
        throw thrown;
      });
      await c.startWith(recorder, []);
      await recorder.ended();
      deepEqual(
        recorder.reports.map(({ callback, cause }) => ({ callback, cause })),
        [{ callback: 'processExited', cause: thrown }],
      );
    },
  },
  'order.throwing-data': {
    behavior: 'A throw for a chunk costs no other chunk',
    source: 'semantics §1.13',
    async run(c) {
      const recorder = new Recorder();
      recorder.on('data:1', () => {
        throw new Error('not this one');
      });
      await c.startWith(recorder, [step.pattern(200_000)]);
      await recorder.ended();
      equal(recorder.size(1), 200_000);
      equal(recorder.reports.length, recorder.log.count('data:1'));
    },
  },
  'order.new-protocol': {
    behavior: 'After setProtocol callbacks go to the new protocol, and connectionMade is not repeated',
    source: 'semantics §1.2',
    async run(c) {
      const first = await c.start([step.write('one'), step.line(), step.write('two')]);
      await first.seenText(1, 'one');
      const second = new Recorder();
      first.transport.setProtocol(second);
      equal(first.transport.getProtocol(), second);
      first.stdin.write(Buffer.from('\n'));
      await second.log.until('connectionLost', () => second.reasons.has(-1));
      equal(second.text(1), 'two');
      deepEqual([...second.order].sort(), ['data:1', 'exited', 'lost', 'lost:0', 'lost:1', 'lost:2']);
      deepEqual(first.order, ['made', 'data:1']);
    },
  },
  'order.protocol-released': {
    behavior: 'After the end the transport has no protocol any more',
    source: 'semantics §1.6',
    async run(c) {
      const child = await c.start([]);
      await child.ended();
      equal(child.transport.getProtocol(), null);
    },
  },
};
