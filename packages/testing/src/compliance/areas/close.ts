import { deepEqual, equal } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { DEVNULL } from '@subwire/transport';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { step } from '../step.js';

const MIB = 2 ** 20;
const END = ['exited', 'lost', 'lost:0', 'lost:1', 'lost:2'];

/** close() of the transport. */
export const close: RequirementTable = {
  'close.kills': {
    behavior: 'close() kills a running child with SIGKILL',
    source: 'test_close_kill_running',
    async run(c) {
      const child = await c.start([step.trap('SIGTERM', 'ignore'), step.write('ready'), step.forever()]);
      await child.seenText(1, 'ready');
      equal(child.transport.getReturncode(), null);
      child.transport.close();
      equal(await child.ended(), -9);
    },
  },
  'close.kills-first': {
    behavior: 'close() kills before it closes the input: a child never ends because of the end of its input',
    source: 'semantics §1.2',
    async run(c) {
      const codes: (number | null)[] = [];
      for (let round = 0; round < 3; round += 1) {
        const children = await Promise.all(Array.from({ length: 4 }, () => c.start([step.write('ready'), step.cat()])));
        await Promise.all(children.map((child) => child.seenText(1, 'ready')));
        for (const child of children) {
          child.transport.close();
        }
        codes.push(...(await Promise.all(children.map((child) => child.ended()))));
      }
      deepEqual(new Set(codes), new Set([-9]));
    },
  },
  'close.callbacks': {
    behavior: 'After close() every callback that is due still comes, with null',
    source: 'semantics App. C',
    async run(c) {
      const child = await c.start([step.forever()]);
      child.transport.close();
      await child.ended();
      equal(child.lines[0], 'made');
      deepEqual([...child.lines.slice(1)].sort(), END);
      deepEqual([...child.reasons.values()], [null, null, null, null]);
    },
  },
  'close.is-closing': {
    behavior: 'close() makes isClosing true at once, for the transport and its pipes',
    source: 'semantics §1.2',
    async run(c) {
      const { transport } = await c.start([step.forever()]);
      transport.close();
      equal(transport.isClosing(), true);
      deepEqual(
        [0, 1, 2].map((fd) => transport.getPipeTransport(fd)?.isClosing()),
        [true, true, true],
      );
    },
  },
  'close.twice': {
    behavior: 'Closing twice is the same as once',
    source: 'F78',
    async run(c) {
      const child = await c.start([step.forever()]);
      child.transport.close();
      child.transport.close();
      await child.ended();
      child.transport.close();
      await c.quiet();
      deepEqual([...child.lines.slice(1)].sort(), END);
    },
  },
  'close.in-made': {
    behavior: 'close() inside connectionMade is allowed',
    source: 'semantics §1.6',
    async run(c) {
      const recorder = new Recorder();
      recorder.on('made', () => {
        recorder.transport.close();
      });
      await c.startWith(recorder, [step.forever()]);
      equal(await recorder.ended(), -9);
      deepEqual([...recorder.lines.slice(1)].sort(), END);
    },
  },
  'close.in-data': {
    behavior: 'close() inside pipeDataReceived ends the data',
    source: 'semantics §1.2',
    async run(c) {
      const recorder = new Recorder();
      recorder.on('data:1', () => {
        recorder.transport.close();
      });
      await c.startWith(recorder, [step.flood(1, 2)]);
      await recorder.ended();
      equal(recorder.log.count('data:1'), 1);
    },
  },
  'close.after-the-end': {
    behavior: 'close() after the end does nothing but make isClosing true',
    source: 'test_subprocess_close_after_finish',
    async run(c) {
      const child = await c.start([step.exit(7)], { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL });
      await child.ended();
      child.transport.close();
      equal(child.transport.isClosing(), true);
      await c.quiet();
      deepEqual(child.lines, ['made', 'exited', 'lost']);
      equal(child.transport.getReturncode(), 7);
    },
  },
  'close.keeps-the-code': {
    behavior: 'close() does not kill a child whose exit is known, and keeps its code',
    source: 'test_close_dont_kill_finished',
    async run(c) {
      const recorder = new Recorder();
      recorder.on('exited', () => {
        recorder.transport.close();
      });
      await c.startWith(recorder, [step.exit(9)]);
      equal(await recorder.ended(), 9);
    },
  },
  'close.pending-input': {
    behavior: 'Input that is still pending does not hold close() up',
    source: 'semantics §1.6',
    async run(c) {
      const child = await c.start([step.forever()]);
      child.stdin.write(new Uint8Array(4 * MIB));
      child.transport.close();
      equal(await child.ended(), -9);
      equal(child.reasons.get(0)?.name, 'BrokenPipeError');
    },
  },
  'close.paused-output': {
    behavior: 'A paused output does not hold close() up, and what is in it is dropped',
    source: 'semantics §1.3',
    async run(c) {
      const child = await c.start([step.line(), step.write('unseen'), step.write('done', 2), step.forever()]);
      child.output(1).pauseReading();
      child.stdin.write(Buffer.from('\n'));
      await child.seenText(2, 'done');
      child.transport.close();
      await child.ended();
      equal(child.size(1), 0);
    },
  },
  'close.frees-descriptors': {
    behavior: 'After the end no descriptor of the child is left, however it ended',
    source: 'uvloop test_subprocess_fd_leak_2',
    async run(c) {
      const warmUp = await c.start([]);
      await warmUp.ended();
      await c.quiet();
      const before = readdirSync('/dev/fd').length;
      const running = await Promise.all([1, 2].map(() => c.start([step.forever()])));
      const ending = await Promise.all([1, 2].map(() => c.start([step.write('x')])));
      for (const child of running) {
        child.transport.close();
      }
      await Promise.all([...running, ...ending].map((child) => child.ended()));
      await c.quiet();
      equal(readdirSync('/dev/fd').length, before);
    },
  },
};
