import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { patternBytes, step } from '../step.js';

const MIB = 2 ** 20;

/** Output that is paused, or closed. */
export const outputFlow: RequirementTable = {
  'output.late-reader': {
    behavior: 'Output that nobody read when the child exited is delivered when somebody does',
    source: 'F21',
    async run(c) {
      const recorder = new Recorder();
      recorder.on('made', () => {
        recorder.output(1).pauseReading();
      });
      await c.startWith(recorder, [step.pattern(50_000)]);
      await recorder.exited();
      await c.quiet();
      equal(recorder.size(1), 0);
      recorder.output(1).resumeReading();
      await recorder.ended();
      equal(recorder.size(1), 50_000);
    },
  },
  'output.pause-holds-data': {
    behavior: 'After pauseReading no data comes until resumeReading',
    source: 'semantics §1.3',
    async run(c) {
      const child = await c.start([step.write('1'), step.line(), step.write('2'), step.write('up', 2), step.forever()]);
      await child.seenText(1, '1');
      child.output(1).pauseReading();
      child.stdin.write(Buffer.from('\n'));
      await child.seenText(2, 'up');
      await c.quiet();
      equal(child.text(1), '1');
      child.output(1).resumeReading();
      await child.seenText(1, '12');
    },
  },
  'output.pause-in-a-flood': {
    behavior: 'After a pause in the middle of much data nothing more of it comes',
    source: 'test_pause_resume_reading',
    async run(c) {
      const recorder = new Recorder();
      let pausedAt = 0;
      recorder.on('data:1', () => {
        if (pausedAt === 0) {
          recorder.output(1).pauseReading();
          pausedAt = recorder.size(1);
        }
      });
      await c.startWith(recorder, [step.pattern(MIB)]);
      await recorder.seen('data:1');
      await c.quiet();
      equal(recorder.size(1), pausedAt);
      recorder.output(1).resumeReading();
      await recorder.ended();
      ok(Buffer.from(patternBytes(MIB)).equals(recorder.bytes(1)));
    },
  },
  'output.pause-holds-the-end': {
    behavior: 'While reading is paused the end of the output is not seen either',
    source: 'semantics §1.3',
    async run(c) {
      const child = await c.start([step.line()]);
      child.output(1).pauseReading();
      child.stdin.write(Buffer.from('\n'));
      await child.exited();
      await c.quiet();
      equal(child.reasons.has(1), false);
      child.output(1).resumeReading();
      await child.ended();
    },
  },
  'output.pause-in-made': {
    behavior: 'A pause inside connectionMade is honoured',
    source: 'test_pause_reading_connection_made',
    async run(c) {
      const recorder = new Recorder();
      recorder.on('made', () => {
        recorder.output(1).pauseReading();
      });
      await c.startWith(recorder, [step.write('x'), step.write('up', 2), step.forever()]);
      await recorder.seenText(2, 'up');
      await c.quiet();
      deepEqual(recorder.text(1), '');
    },
  },
  'output.pause-is-per-pipe': {
    behavior: 'A paused output does not hold the other',
    source: 'semantics §1.3',
    async run(c) {
      const child = await c.start([step.line(), step.write('held'), step.pattern(100_000, 2)]);
      child.output(1).pauseReading();
      child.stdin.write(Buffer.from('\n'));
      await child.seen('lost:2');
      equal(child.size(2), 100_000);
      equal(child.size(1), 0);
    },
  },
  'output.pause-twice': {
    behavior: 'Pausing twice and resuming twice is the same as once',
    source: 'test_pause_reading_on_paused_pipe',
    async run(c) {
      const child = await c.start([step.line(), step.write('x')]);
      const reading = child.output(1);
      reading.pauseReading();
      reading.pauseReading();
      reading.resumeReading();
      reading.resumeReading();
      child.stdin.write(Buffer.from('\n'));
      await child.ended();
      equal(child.text(1), 'x');
    },
  },
  'output.is-reading': {
    behavior: 'isReading is true unless paused, closing or lost; pause and resume after the loss do nothing',
    source: 'semantics §1.3',
    async run(c) {
      const child = await c.start([step.line()]);
      const reading = child.output(1);
      const seen = [reading.isReading()];
      reading.pauseReading();
      seen.push(reading.isReading());
      reading.resumeReading();
      seen.push(reading.isReading());
      child.stdin.close();
      await child.ended();
      seen.push(reading.isReading());
      reading.pauseReading();
      reading.resumeReading();
      deepEqual(seen, [true, false, true, false]);
      equal(reading.isClosing(), true);
    },
  },
  'output.back-pressure': {
    behavior: 'A child whose output is not read has to wait',
    source: 'F30',
    async run(c) {
      const recorder = new Recorder();
      recorder.on('made', () => {
        recorder.output(1).pauseReading();
      });
      await c.startWith(recorder, [step.write('up', 2), step.pattern(8 * MIB), step.write('through', 2)]);
      await recorder.seenText(2, 'up');
      await c.elapse(150);
      equal(recorder.text(2), 'up');
      recorder.output(1).resumeReading();
      await recorder.ended();
      equal(recorder.size(1), 8 * MIB);
      equal(recorder.text(2), 'upthrough');
    },
  },
  'output.closed-by-us': {
    behavior: 'An output that we close is lost with null, and the child’s next write to it fails',
    source: 'test_subprocess_close_client_stream',
    async run(c) {
      const child = await c.start([step.line(), step.flood(1, 2)]);
      child.output(1).close();
      await child.seen('lost:1');
      equal(child.reasons.get(1), null);
      child.stdin.write(Buffer.from('\n'));
      await child.ended();
      match(child.text(2), /EPIPE|ECONNRESET/);
    },
  },
  'output.close-drops': {
    behavior: 'No data comes after the close of an output',
    source: 'semantics §1.2',
    async run(c) {
      const recorder = new Recorder();
      recorder.on('data:1', () => {
        recorder.output(1).close();
      });
      await c.startWith(recorder, [step.flood(1, 2)]);
      await recorder.ended();
      equal(recorder.log.count('data:1'), 1);
      equal(recorder.log.count('lost:1'), 1);
    },
  },
  'output.closed-by-the-child': {
    behavior: 'An output that the child closes is lost at once, while the child lives on',
    source: 'F25',
    async run(c) {
      const child = await c.start([step.write('bye'), step.close(1), step.forever()]);
      await child.seen('lost:1');
      equal(child.text(1), 'bye');
      equal(child.transport.getReturncode(), null);
    },
  },
};
