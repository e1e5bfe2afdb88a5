import { deepEqual, equal } from 'node:assert/strict';
import type { RequirementTable } from '../complianceCase.js';
import { step } from '../step.js';

const MIB = 2 ** 20;
const LINE: Uint8Array = Buffer.from('\n');

/** How the child’s input ends. */
export const inputLoss: RequirementTable = {
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
  'input.broken-by-little': {
    behavior: 'The same if little is left over',
    source: 'test_stdin_broken_pipe',
    async run(c) {
      const child = await c.start([step.forever()]);
      while (child.stdin.getWriteBufferSize() === 0) {
        child.stdin.write(new Uint8Array(8_192));
        await Promise.resolve();
      }
      child.transport.kill();
      await child.ended();
      equal(child.reasons.get(0)?.name, 'BrokenPipeError');
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
