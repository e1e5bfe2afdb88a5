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
      let written = 0;
      // A reader that is quick enough is never waited for, so a round takes as many writes as it takes.
      const fill = (): void => {
        const pauses = recorder.log.count('pause');
        while (recorder.log.count('pause') === pauses && written < 64 * MIB) {
          recorder.stdin.write(new Uint8Array(MIB));
          written += MIB;
        }
      };
      recorder.on('resume', () => {
        if (recorder.log.count('resume') < 4) {
          fill();
        } else {
          recorder.stdin.close();
        }
      });
      const child = await c.startWith(recorder, [step.count()]);
      fill();
      await child.ended();
      const flow = child.lines.filter((line) => line === 'pause' || line === 'resume');
      deepEqual(
        flow,
        Array.from(flow, (_, index) => (index % 2 === 0 ? 'pause' : 'resume')),
      );
      equal(flow.length, 8);
      equal(child.text(1), `count:${written}\n`);
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
