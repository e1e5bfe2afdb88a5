import { deepEqual, equal, ok } from 'node:assert/strict';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { step } from '../step.js';

const MIB = 2 ** 20;
/** More than any pipe takes at once. */
const MUCH: Uint8Array = new Uint8Array(4 * MIB);

/** Flow control of the input. */
export const flowControl: RequirementTable = {
  'flowControl.pause': {
    behavior: 'A write that leaves more than the high mark calls pauseWriting before it returns, once',
    source: 'semantics §1.8 rule 1',
    async run(c) {
      const child = await c.start([step.forever()]);
      child.call(() => {
        child.stdin.write(MUCH);
      });
      deepEqual(child.synchronous, ['pause']);
      child.stdin.write(MUCH);
      equal(child.log.count('pause'), 1);
    },
  },
  'flowControl.no-pause-below': {
    behavior: 'A buffer that is not above the high mark does not pause',
    source: 'semantics §1.8 rule 1',
    async run(c) {
      const child = await c.start([step.forever()]);
      child.stdin.setWriteBufferLimits({ high: MUCH.length });
      child.stdin.write(MUCH);
      ok(child.stdin.getWriteBufferSize() > 0);
      equal(child.log.has('pause'), false);
    },
  },
  'flowControl.resume': {
    behavior: 'resumeWriting comes when the buffer has fallen to the low mark',
    source: 'semantics §1.8 rule 2',
    async run(c) {
      const recorder = new Recorder();
      let sizeAtResume = Infinity;
      recorder.on('resume', () => {
        sizeAtResume = recorder.stdin.getWriteBufferSize();
      });
      const child = await c.startWith(recorder, [step.count()]);
      child.stdin.write(MUCH);
      await child.seen('resume');
      ok(sizeAtResume <= 16_384, `${sizeAtResume} bytes`);
      child.stdin.close();
      await child.ended();
      equal(child.text(1), `count:${MUCH.length}\n`);
    },
  },
  'flowControl.alternate': {
    behavior: 'Pauses and resumes strictly alternate, and begin with a pause',
    source: 'semantics §1.8 rule 3',
    async run(c) {
      const recorder = new Recorder();
      const rounds = 4;
      recorder.on('resume', () => {
        if (recorder.log.count('resume') < rounds) {
          recorder.stdin.write(new Uint8Array(MIB));
        } else {
          recorder.stdin.close();
        }
      });
      // It reads what one write brought and then stands still, so that the next one meets a full pipe however fast both are.
      const steps = Array.from({ length: rounds }, () => [step.sleep(20), step.read(MIB)]).flat();
      const child = await c.startWith(recorder, [...steps, step.count()]);
      recorder.stdin.write(new Uint8Array(MIB));
      await child.ended();
      deepEqual(
        child.lines.filter((line) => line === 'pause' || line === 'resume'),
        Array.from({ length: rounds }, () => ['pause', 'resume']).flat(),
      );
      equal(child.text(1), 'count:0\n');
    },
  },
  'flowControl.size': {
    behavior: 'The size counts what the system did not take yet, and comes back to 0',
    source: 'semantics §1.4',
    async run(c) {
      const child = await c.start([step.read(MUCH.length), step.write('all'), step.forever()]);
      child.stdin.write(MUCH);
      const size = child.stdin.getWriteBufferSize();
      ok(size > 65_536 && size <= MUCH.length, `${size} bytes`);
      await child.seenText(1, 'all');
      await child.seen('resume');
      await c.quiet();
      equal(child.stdin.getWriteBufferSize(), 0);
    },
  },
  'flowControl.no-resume-after-loss': {
    behavior: 'After a loss of the input nobody is resumed',
    source: 'semantics §1.8 rule 8',
    async run(c) {
      const child = await c.start([step.forever()]);
      child.stdin.write(MUCH);
      child.transport.kill();
      await child.ended();
      equal(child.log.has('resume'), false);
    },
  },
  'flowControl.throwing-pause': {
    behavior: 'A throw in pauseWriting is reported, does not come out of write(), and costs no byte',
    source: 'semantics §1.8 rule 6',
    async run(c) {
      const recorder = new Recorder();
      recorder.on('pause', () => {
        throw new Error('not now');
      });
      const child = await c.startWith(recorder, [step.count()]);
      child.stdin.write(MUCH);
      child.stdin.close();
      await child.ended();
      deepEqual(
        child.reports.map((report) => report.callback),
        ['pauseWriting'],
      );
      equal(child.text(1), `count:${MUCH.length}\n`);
    },
  },
  'flowControl.write-in-resume': {
    behavior: 'What is written in resumeWriting comes after what was written before',
    source: 'semantics §1.8',
    async run(c) {
      const recorder = new Recorder();
      recorder.on('resume', () => {
        recorder.stdin.write(Buffer.from('END'));
        recorder.stdin.close();
      });
      const child = await c.startWith(recorder, [step.cat()]);
      child.stdin.write(MUCH);
      await child.ended();
      equal(child.size(1), MUCH.length + 3);
      equal(Buffer.from(child.bytes(1)).toString('latin1', MUCH.length), 'END');
    },
  },
};
