import { deepEqual, equal, ok } from 'node:assert/strict';
import type { RequirementTable } from '../complianceCase.js';
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
      equal(thrownBy(() => { child.stdin.write(text); }).name, 'TypeError');
      equal(thrownBy(() => { child.stdin.writelines([Buffer.from('a'), text]); }).name, 'TypeError');
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
  'input.abort': {
    behavior: 'abort() drops what is buffered and loses the input with null',
    source: 'test_abort',
    async run(c) {
      const child = await c.start([step.forever()]);
      child.stdin.write(new Uint8Array(4 * MIB));
      child.stdin.abort();
      equal(child.stdin.isClosing(), true);
      await child.seen('lost:0');
      equal(child.reasons.get(0), null);
      equal(child.stdin.getWriteBufferSize(), 0);
    },
  },
  'input.abort-again': {
    behavior: 'abort() twice, or after the loss, does nothing more',
    source: 'semantics §5.4',
    async run(c) {
      const child = await c.start([step.count()]);
      child.stdin.abort();
      child.stdin.abort();
      await child.seen('lost:0');
      child.stdin.abort();
      await child.ended();
      equal(child.log.count('lost:0'), 1);
    },
  },
  'input.idle-loss': {
    behavior: 'At the exit an idle input is lost with null, without a close of ours',
    source: 'semantics §1.11',
    async run(c) {
      const child = await c.start([step.write('x')]);
      await child.ended();
      equal(child.reasons.get(0), null);
    },
  },
  'input.broken': {
    behavior: 'An input that the child’s end finds with bytes left is lost with a BrokenPipeError',
    source: 'test_stdin_broken_pipe',
    async run(c) {
      const child = await c.start([step.line(), step.exit(0)]);
      child.stdin.write(LINE);
      child.stdin.write(new Uint8Array(4 * MIB));
      await child.ended();
      equal(child.reasons.get(0)?.name, 'BrokenPipeError');
      equal((child.reasons.get(0) as { code?: unknown } | null | undefined)?.code, 'EPIPE');
      equal(child.reasons.get(-1), null);
    },
  },
  'input.write-after-loss': {
    behavior: 'Writing to a dead child is silent: no throw, no callback, nothing buffered',
    source: 'F27',
    async run(c) {
      const child = await c.start([]);
      await child.ended();
      const before = child.lines.length;
      child.stdin.write(new Uint8Array(MIB));
      child.stdin.writelines([LINE]);
      child.stdin.writeEof();
      await c.quiet();
      equal(child.stdin.getWriteBufferSize(), 0);
      equal(child.lines.length, before);
    },
  },
  'input.unread': {
    behavior: 'A child that ends with input unread ends as any other',
    source: 'semantics X20',
    async run(c) {
      const child = await c.start([step.write('up'), step.line(), step.exit(4)]);
      child.stdin.write(Buffer.from('\nthis is never read'));
      equal(await child.ended(), 4);
      deepEqual(child.reports, []);
    },
  },
  'input.peer-close': {
    behavior: 'The child’s close of its input is seen without a write, while the child lives',
    source: 'F26',
    requires: ['stdinPeerClose'],
    async run(c) {
      const child = await c.start([step.close(0), step.forever()]);
      await child.seen('lost:0');
      equal(child.reasons.get(0), null);
      equal(child.transport.getReturncode(), null);
    },
  },
  'input.lacks-peer-close': {
    behavior: 'Without stdinPeerClose the child’s close of its input is not seen before a write',
    source: 'F26',
    lacks: 'stdinPeerClose',
    async run(c) {
      const child = await c.start([step.close(0), step.write('closed'), step.forever()]);
      await child.seenText(1, 'closed');
      await c.quiet();
      equal(child.reasons.has(0), false);
    },
  },
  'input.peer-close-with-bytes': {
    behavior: 'The child’s close of its input, with bytes left, is a BrokenPipeError while the child lives',
    source: 'semantics §5.4',
    async run(c) {
      const child = await c.start([step.line(), step.close(0), step.write('closed'), step.forever()]);
      child.stdin.write(LINE);
      child.stdin.write(new Uint8Array(4 * MIB));
      await child.seen('lost:0');
      equal(child.reasons.get(0)?.name, 'BrokenPipeError');
    },
  },
};
