import { deepEqual, equal, ok } from 'node:assert/strict';
import type { RequirementTable } from '../complianceCase.js';
import { Recorder } from '../recorder.js';
import { patternBytes, step } from '../step.js';
import { thrownBy } from '../waiting.js';

const MIB = 2 ** 20;
const LINE: Uint8Array = Buffer.from('\n');

/** What the child reads. */
export const input: RequirementTable = {
  'input.echo': {
    behavior: 'What is written reaches the child',
    source: 'test_subprocess_exec',
    async run(c) {
      const child = await c.start([step.cat()]);
      child.stdin.write(Buffer.from('hello'));
      await child.seenText(1, 'hello');
    },
  },
  'input.dialogue': {
    behavior: 'Question and answer take turns',
    source: 'test_subprocess_interactive',
    async run(c) {
      const child = await c.start([step.upper(), step.upper()]);
      child.stdin.write(Buffer.from('one\n'));
      await child.seenText(1, 'ONE\n');
      child.stdin.write(Buffer.from('two\n'));
      await child.ended();
      equal(child.text(1), 'ONE\nTWO\n');
    },
  },
  'input.end-by-close': {
    behavior: 'close() is the end of the child’s input',
    source: 'test_empty_input',
    async run(c) {
      const child = await c.start([step.count()]);
      child.stdin.close();
      await child.ended();
      equal(child.text(1), 'count:0\n');
    },
  },
  'input.end-by-write-eof': {
    behavior: 'writeEof() is the end of the child’s input, after what was written',
    source: 'semantics §1.4',
    async run(c) {
      const child = await c.start([step.count()]);
      equal(child.stdin.canWriteEof(), true);
      child.stdin.write(Buffer.from('abc'));
      child.stdin.writeEof();
      equal(child.stdin.isClosing(), true);
      await child.ended();
      equal(child.text(1), 'count:3\n');
    },
  },
  'input.empty-write': {
    behavior: 'An empty write does nothing',
    source: 'test_write_no_data',
    async run(c) {
      const child = await c.start([step.count()]);
      child.stdin.write(new Uint8Array(0));
      equal(child.stdin.getWriteBufferSize(), 0);
      child.stdin.writelines([]);
      child.stdin.close();
      await child.ended();
      equal(child.text(1), 'count:0\n');
    },
  },
  'input.large': {
    behavior: 'A megabyte in one write arrives complete and in order',
    source: 'uvloop test_communicate_large_stdout_1000000',
    async run(c) {
      const child = await c.start([step.cat()]);
      child.stdin.write(patternBytes(MIB));
      child.stdin.close();
      await child.ended();
      ok(Buffer.from(patternBytes(MIB)).equals(child.bytes(1)), `${child.size(1)} bytes`);
    },
  },
  'input.large-without-end': {
    behavior: 'A large write arrives complete without a close after it',
    source: 'uvloop test_write_huge_stdin_219264',
    async run(c) {
      const child = await c.start([step.read(219_264), step.write('got it'), step.forever()]);
      child.stdin.write(new Uint8Array(219_264));
      await child.seenText(1, 'got it');
    },
  },
  'input.many-small': {
    behavior: 'Many small writes arrive in order',
    source: 'semantics §1.4',
    async run(c) {
      const child = await c.start([step.cat()]);
      const parts = Array.from({ length: 500 }, (_, index) => `${index},`);
      for (const part of parts) {
        child.stdin.write(Buffer.from(part));
      }
      child.stdin.close();
      await child.ended();
      equal(child.text(1), parts.join(''));
    },
  },
  'input.writelines': {
    behavior: 'writelines writes the concatenation',
    source: 'test_writelines',
    async run(c) {
      const child = await c.start([step.cat()]);
      child.stdin.writelines([Buffer.from('a'), new Uint8Array(0), Uint8Array.of(98, 99)]);
      child.stdin.close();
      await child.ended();
      equal(child.text(1), 'abc');
    },
  },
  'input.bytes-only': {
    behavior: 'Anything but bytes is a TypeError, and then nothing is written',
    source: 'decision 4',
    async run(c) {
      const child = await c.start([step.count()]);
      const text = 'text' as unknown as Uint8Array;
      equal(
        thrownBy(() => {
          child.stdin.write(text);
        }).name,
        'TypeError',
      );
      equal(
        thrownBy(() => {
          child.stdin.writelines([Buffer.from('a'), text]);
        }).name,
        'TypeError',
      );
      child.stdin.close();
      await child.ended();
      equal(child.text(1), 'count:0\n');
    },
  },
  'input.close-flushes': {
    behavior: 'close() right after a large write drops nothing',
    source: 'test_write_eof_pending',
    async run(c) {
      const child = await c.start([step.line(), step.count()]);
      child.stdin.write(LINE);
      child.stdin.write(new Uint8Array(2 * MIB));
      child.stdin.close();
      equal(child.stdin.isClosing(), true);
      await child.ended();
      equal(child.text(1), `count:${2 * MIB}\n`);
      equal(child.reasons.get(0), null);
    },
  },
  'input.close-twice': {
    behavior: 'Closing twice is the same as once',
    source: 'test_close',
    async run(c) {
      const child = await c.start([step.count()]);
      child.stdin.close();
      child.stdin.close();
      child.stdin.writeEof();
      await child.ended();
      equal(child.log.count('lost:0'), 1);
    },
  },
  'input.closed-is-lost': {
    behavior: 'A closed input is lost with null while the child runs on',
    source: 'test_write_pipe',
    async run(c) {
      const child = await c.start([step.count(), step.forever()]);
      child.stdin.close();
      await child.seen('lost:0');
      equal(child.reasons.get(0), null);
      equal(child.transport.getReturncode(), null);
    },
  },
  'input.write-after-close': {
    behavior: 'A write after close() is dropped silently',
    source: 'decision 9',
    async run(c) {
      const child = await c.start([step.count()]);
      child.stdin.write(Buffer.from('ab'));
      child.stdin.close();
      child.stdin.write(Buffer.from('cd'));
      await child.ended();
      equal(child.text(1), 'count:2\n');
    },
  },
  'input.many-small-writes': {
    behavior: 'Tens of thousands of small writes that wait arrive complete and in order',
    source: 'design §3',
    async run(c) {
      const child = await c.start([step.line(), step.cat()]);
      const lines = Array.from({ length: 50_000 }, (_, index) => `${index}\n`.padStart(10, '.'));
      for (const line of ['\n', ...lines]) {
        child.stdin.write(Buffer.from(line));
      }
      child.stdin.close();
      await child.ended();
      const expected = lines.join('');
      ok(child.text(1) === expected, `${child.size(1)} of ${expected.length} bytes`);
    },
  },
  'input.count-falls': {
    behavior: 'The count of small writes that wait falls as they are taken, to 0, and the resume comes at the low mark',
    source: 'semantics §1.8',
    async run(c) {
      const recorder = new Recorder();
      const sizes: number[] = [];
      recorder.on('resume', () => {
        sizes.push(recorder.stdin.getWriteBufferSize());
      });
      const child = await c.startWith(recorder, [step.count()]);
      for (let size = 0; size < 4 * MIB; size += 1_000) {
        child.stdin.write(new Uint8Array(1_000));
      }
      child.stdin.close();
      await child.ended();
      deepEqual(
        child.lines.filter((line) => /^(pause|resume|lost:0)/.test(line)),
        ['pause', 'resume', 'lost:0'],
      );
      ok((sizes[0] ?? Infinity) <= 16_384, `${sizes[0]} bytes`);
    },
  },
};
