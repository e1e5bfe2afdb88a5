import { deepEqual, equal, ok } from 'node:assert/strict';
import type { RequirementTable } from '../complianceCase.js';
import { BufferedRecorder, Recorder } from '../recorder.js';
import { patternBytes, step } from '../step.js';

/** Protocols that offer memory for output. */
export const buffered: RequirementTable = {
  'buffered.fills-memory': {
    behavior: 'Output is read into the memory that the protocol offers, complete and in order',
    source: 'test_buffered_proto_create_connection',
    async run(c) {
      const child = await c.startWith(new BufferedRecorder(), [step.pattern(100_000)]);
      await child.ended();
      ok(Buffer.from(patternBytes(100_000)).equals(child.bytes(1)), `${child.size(1)} bytes`);
    },
  },
  'buffered.tiny-memory': {
    behavior: 'Memory of 100 bytes is offered and filled as often as it takes',
    source: 'test_buffered_proto_create_connection',
    async run(c) {
      const child = await c.startWith(new BufferedRecorder(100), [step.pattern(9 * 1_024)]);
      await child.ended();
      equal(child.size(1), 9 * 1_024);
      ok(child.hints.length >= 93, `${child.hints.length} offers`);
    },
  },
  'buffered.in-place-of-chunks': {
    behavior: 'A protocol that offers memory gets no chunks besides',
    source: 'design §3',
    async run(c) {
      const child = await c.startWith(new BufferedRecorder(), [step.write('a'), step.write('b', 2)]);
      await child.ended();
      deepEqual(
        child.lines.filter((line) => line.startsWith('unbuffered')),
        [],
      );
      deepEqual([child.text(1), child.text(2)], ['a', 'b']);
    },
  },
  'buffered.hint': {
    behavior: 'The size hint is a number of bytes, or -1',
    source: 'semantics §1.7',
    async run(c) {
      const child = await c.startWith(new BufferedRecorder(), [step.pattern(5_000)]);
      await child.ended();
      ok(child.hints.length > 0);
      ok(child.hints.every((hint) => Number.isInteger(hint) && (hint > 0 || hint === -1)));
    },
  },
  'buffered.nothing-beyond': {
    behavior: 'Memory behind what was offered is never touched',
    source: 'design §3',
    async run(c) {
      const child = await c.startWith(new BufferedRecorder(500), [step.pattern(20_000)]);
      await child.ended();
      equal(child.size(1), 20_000);
      ok(child.memory.subarray(500).every((byte) => byte === 0xee));
    },
  },
  'buffered.pause-in-a-chunk': {
    behavior: 'A pause between two fillings holds the rest, and resumeReading delivers it',
    source: 'semantics §1.3',
    async run(c) {
      const recorder = new BufferedRecorder(100);
      recorder.on('data:1', () => {
        recorder.output(1).pauseReading();
      });
      const child = await c.startWith(recorder, [step.pattern(350), step.forever()]);
      for (let size = 100; size <= 300; size += 100) {
        await child.seenBytes(1, Math.min(size, 1));
        await c.quiet();
        ok(child.size(1) <= size, `${child.size(1)} bytes`);
        child.output(1).resumeReading();
      }
      recorder.on('data:1', () => undefined);
      child.output(1).resumeReading();
      await child.seenBytes(1, 350);
      ok(Buffer.from(patternBytes(350)).equals(child.bytes(1)));
    },
  },
  'buffered.no-memory': {
    behavior: 'Offering no memory is reported and loses that pipe, and the child goes on',
    source: 'semantics §1.7',
    async run(c) {
      const child = await c.startWith(new BufferedRecorder(0), [step.write('x'), step.line()]);
      await child.seen('lost:1');
      ok(child.reasons.get(1) instanceof Error);
      deepEqual(
        child.reports.map((report) => report.callback),
        ['getBuffer'],
      );
      equal(child.reasons.has(2), false);
      child.stdin.close();
      equal(await child.ended(), 0);
    },
  },
  'buffered.throwing-update': {
    behavior: 'A throw in bufferUpdated is reported and costs no byte',
    source: 'semantics §1.13',
    async run(c) {
      const recorder = new BufferedRecorder(100);
      recorder.on('data:1', () => {
        throw new Error('not this one');
      });
      const child = await c.startWith(recorder, [step.pattern(1_000)]);
      await child.ended();
      equal(child.size(1), 1_000);
      ok(child.reports.length > 0 && child.reports.every((report) => report.callback === 'bufferUpdated'));
    },
  },
  'buffered.takes-over': {
    behavior: 'After setProtocol output goes to the memory of the new protocol',
    source: 'semantics §1.2',
    async run(c) {
      const first = await c.startWith(new Recorder(), [step.write('one'), step.line(), step.write('two')]);
      await first.seenText(1, 'one');
      const second = new BufferedRecorder();
      first.transport.setProtocol(second);
      first.stdin.write(Buffer.from('\n'));
      await second.log.until('connectionLost', () => second.reasons.has(-1));
      equal(second.text(1), 'two');
      equal(second.log.has('unbuffered:1'), false);
    },
  },
  'buffered.read-into': {
    behavior: 'With readInto every output can read into memory of the receiver',
    source: 'BackendCapabilities',
    requires: ['readInto'],
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.pattern(5_000)]);
      const memory = new Uint8Array(1_000);
      const filled: Uint8Array[] = [];
      ok('readInto' in handle.output(1));
      handle.output(1).readInto?.({
        getBuffer: () => memory,
        bufferUpdated: (nbytes) => {
          filled.push(memory.slice(0, nbytes));
        },
      });
      handle.resumeAll();
      await handle.seen('close:1');
      ok(Buffer.concat(filled).equals(patternBytes(5_000)));
      equal(handle.bytes(1).length, 0);
    },
  },
  'buffered.lacks-read-into': {
    behavior: 'Without readInto no output offers it',
    source: 'BackendCapabilities',
    lacks: 'readInto',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([]);
      handle.resumeAll();
      await handle.ended();
      for (const output of handle.child.outputs.values()) {
        equal('readInto' in output, false);
      }
    },
  },
};
