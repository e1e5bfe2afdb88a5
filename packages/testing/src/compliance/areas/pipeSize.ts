import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { DEVNULL, SpawnError } from '@subwire/transport';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { step } from '../step.js';
import { rejection } from '../waiting.js';
import { refusedOption } from './refusedOption.js';

/** More than any system gives by itself. Both are powers of two, which none rounds up. */
const MIB = 2 ** 20;
/** What a busy pipe would outgrow. */
const SMALL = 65_536;

/** Above what a system counts in 31 bits, and what only its upper bits make too large. */
const IMPOSSIBLE: readonly number[] = [2 ** 31 + 1, 2 ** 32 + 65_536];

/** Writes so much to a child that reads nothing, and one byte more. */
function takesExactly(child: Recorder, bytes: number): void {
  child.stdin.write(new Uint8Array(bytes));
  equal(child.stdin.getWriteBufferSize(), 0);
  child.stdin.write(new Uint8Array(1));
  equal(child.stdin.getWriteBufferSize(), 1);
}

/** Option `pipeSize`. */
export const pipeSize: RequirementTable = {
  'pipeSize.input': {
    behavior: 'An input that nobody reads takes pipeSize bytes, and not one more',
    source: 'semantics §2.4',
    requires: ['pipeSize'],
    async run(c) {
      const child = await c.start([step.forever()], { pipeSize: MIB });
      takesExactly(child, MIB);
      equal(child.log.has('pause'), false);
    },
  },
  'pipeSize.output': {
    behavior: 'An output holds pipeSize bytes, so a child that wrote no more ends without a reader',
    source: 'semantics §2.4',
    requires: ['pipeSize'],
    async run(c) {
      const child = await c.start([step.line(), step.pattern(MIB), step.pattern(MIB, 2)], { pipeSize: MIB });
      child.output(1).pauseReading();
      child.output(2).pauseReading();
      child.stdin.write(Buffer.from('\n'));
      equal(await child.exited(), 0);
      deepEqual([child.size(1), child.size(2)], [0, 0]);
      child.output(1).resumeReading();
      child.output(2).resumeReading();
      await child.ended();
      deepEqual([child.size(1), child.size(2)], [MIB, MIB]);
    },
  },
  'pipeSize.stays': {
    behavior: 'A chosen size stays as it is, however busy the pipe was',
    source: 'semantics §2.4',
    requires: ['pipeSize'],
    async run(c) {
      const child = await c.start([step.read(8 * MIB), step.write('read'), step.forever()], { pipeSize: SMALL });
      // Resumed when nothing is left.
      child.stdin.setWriteBufferLimits({ high: 0 });
      for (let written = 0; written < 8 * MIB; written += MIB) {
        child.stdin.write(new Uint8Array(MIB));
      }
      await Promise.all([child.seenText(1, 'read'), child.seen('resume')]);
      takesExactly(child, SMALL);
    },
  },
  'pipeSize.no-pipes': {
    behavior: 'A size without a pipe does no harm',
    source: 'semantics §2.4',
    requires: ['pipeSize'],
    async run(c) {
      const options = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL, pipeSize: MIB };
      const child = await c.start([step.exit(3)], options);
      equal(await child.ended(), 3);
    },
  },
  'pipeSize.impossible': {
    behavior: 'A size that the system refuses is a SpawnError of the stdio, and nothing is left open',
    source: 'semantics §2.4',
    requires: ['pipeSize'],
    async run(c) {
      const counts: number[] = [];
      // What a backend opens for good, with its first child, is there after the first round.
      for (let round = 0; round < 2; round += 1) {
        for (const size of IMPOSSIBLE) {
          const recorder = new Recorder();
          const error = await rejection(c.startWith(recorder, [], { pipeSize: size }));
          ok(error instanceof SpawnError, `${size}: ${String(error)}`);
          equal(error.stage, 'stdio');
          deepEqual(recorder.lines, []);
        }
        await c.quiet();
        counts.push(readdirSync('/dev/fd').length);
      }
      equal(counts[1], counts[0]);
    },
  },
  'pipeSize.lacks-pipe-size': refusedOption('pipeSize', { pipeSize: MIB }),
};
