import { deepEqual, equal, match } from 'node:assert/strict';
import type { WriteBufferLimits } from '@subwire/transport';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { step } from '../step.js';
import { thrownBy } from '../waiting.js';

const MIB = 2 ** 20;
/** More than any pipe takes at once. */
const MUCH: Uint8Array = new Uint8Array(4 * MIB);

const LIMITS: readonly (readonly [given: WriteBufferLimits | undefined, low: number, high: number])[] = [
  [undefined, 16_384, 65_536],
  [{ high: 1_000 }, 250, 1_000],
  [{ high: 10 }, 2, 10],
  [{ low: 300 }, 300, 1_200],
  [{ low: 5, high: 7 }, 5, 7],
  [{ high: 0 }, 0, 0],
];

/** The marks of the input. */
export const flowLimits: RequirementTable = {
  'flowControl.default-limits': {
    behavior: 'The marks are 16 384 and 65 536 bytes by default, the lower one first',
    source: 'semantics §1.8',
    async run(c) {
      const child = await c.start([step.forever()]);
      deepEqual(child.stdin.getWriteBufferLimits(), [16_384, 65_536]);
      equal(child.stdin.getWriteBufferSize(), 0);
    },
  },
  'flowControl.derived-limits': {
    behavior: 'A missing mark is derived from the other: a quarter of high, four times low',
    source: 'semantics §1.8',
    async run(c) {
      const child = await c.start([step.forever()]);
      for (const [given, low, high] of LIMITS) {
        child.stdin.setWriteBufferLimits(given);
        deepEqual(child.stdin.getWriteBufferLimits(), [low, high]);
      }
    },
  },
  'flowControl.bad-limits': {
    behavior: 'Marks other than high >= low >= 0 are a ValueError and change nothing',
    source: 'test_flowcontrol_mixin_set_write_limits',
    async run(c) {
      const child = await c.start([step.forever()]);
      for (const bad of [{ high: 0, low: 1 }, { low: -1 }, { high: NaN }]) {
        const error = thrownBy(() => {
          child.stdin.setWriteBufferLimits(bad);
        });
        equal(error.name, 'ValueError');
        match(error.message, /high.*must be >= low/);
      }
      deepEqual(child.stdin.getWriteBufferLimits(), [16_384, 65_536]);
    },
  },
  'flowControl.zero-mark': {
    behavior: 'With a high mark of 0 any buffered byte pauses, and only an empty buffer resumes',
    source: 'semantics §1.8',
    async run(c) {
      const recorder = new Recorder();
      let sizeAtResume = -1;
      recorder.on('resume', () => {
        sizeAtResume = recorder.stdin.getWriteBufferSize();
      });
      const child = await c.startWith(recorder, [step.count()]);
      child.stdin.setWriteBufferLimits({ high: 0 });
      child.stdin.write(MUCH);
      equal(child.log.count('pause'), 1);
      await child.seen('resume');
      equal(sizeAtResume, 0);
    },
  },
  'flowControl.lower-limits': {
    behavior: 'New marks below the size pause at once',
    source: 'test_flowcontrol_mixin_set_write_limits',
    async run(c) {
      const child = await c.start([step.forever()]);
      child.stdin.setWriteBufferLimits({ high: 2 * MUCH.length });
      child.stdin.write(MUCH);
      child.call(() => {
        child.stdin.setWriteBufferLimits({ high: 1_000 });
      });
      deepEqual(child.synchronous, ['pause']);
    },
  },
  'flowControl.higher-limits': {
    behavior: 'New marks above the size do not resume',
    source: 'semantics §1.8 rule 4',
    async run(c) {
      const child = await c.start([step.forever()]);
      child.stdin.write(MUCH);
      child.stdin.setWriteBufferLimits({ high: 2 * MUCH.length });
      await c.quiet();
      equal(child.log.has('resume'), false);
    },
  },
};
