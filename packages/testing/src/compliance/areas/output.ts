import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { STDOUT } from '@subwire/transport';
import type { RequirementTable } from '../complianceCase.js';
import { patternBytes, step } from '../step.js';

const MIB = 2 ** 20;

/** What the child writes. */
export const output: RequirementTable = {
  'output.every-byte-value': {
    behavior: 'Bytes arrive as they were written, whatever their value',
    source: 'test_subprocess_exec',
    async run(c) {
      const all = patternBytes(256).map((_, index) => index);
      const child = await c.start([step.bytes(all), step.write('é🎈')]);
      await child.ended();
      deepEqual([...child.bytes(1)], [...all, ...Buffer.from('é🎈')]);
    },
  },
  'output.chunks-not-empty': {
    behavior: 'A chunk is a Uint8Array with at least one byte',
    source: 'semantics §1.7',
    async run(c) {
      const child = await c.start([step.write('a'), step.write(''), step.pattern(100_000)]);
      await child.ended();
      const chunks = child.chunks.get(1) ?? [];
      ok(chunks.length > 0);
      ok(chunks.every((chunk) => chunk instanceof Uint8Array && chunk.length > 0));
    },
  },
  'output.large': {
    behavior: 'Megabytes arrive complete and in order',
    source: 'semantics G2',
    async run(c) {
      const child = await c.start([step.pattern(3 * MIB)]);
      await child.ended();
      ok(Buffer.from(patternBytes(3 * MIB)).equals(child.bytes(1)), `${child.size(1)} bytes`);
    },
  },
  'output.two-streams': {
    behavior: 'The two outputs are told apart',
    source: 'test_subprocess_stderr',
    async run(c) {
      const child = await c.start([step.write('out'), step.write('err', 2)]);
      await child.ended();
      deepEqual([child.text(1), child.text(2)], ['out', 'err']);
    },
  },
  'output.both-full': {
    behavior: 'A child that fills both outputs before it reads its input is not stuck',
    source: 'F20',
    async run(c) {
      const child = await c.start([step.pattern(MIB), step.pattern(MIB, 2), step.count()]);
      child.stdin.write(new Uint8Array(MIB));
      child.stdin.close();
      await child.ended();
      equal(child.size(2), MIB);
      equal(Buffer.from(child.bytes(1)).toString('latin1', MIB), `count:${MIB}\n`);
    },
  },
  'output.before-exit': {
    behavior: 'What was written right before the exit is not lost',
    source: 'F22',
    async run(c) {
      const children = await Promise.all([1, 2, 3, 4].map(() => c.start([step.pattern(60_000), step.exit(0)])));
      await Promise.all(children.map((child) => child.ended()));
      deepEqual(
        children.map((child) => child.size(1)),
        [60_000, 60_000, 60_000, 60_000],
      );
    },
  },
  'output.merged': {
    behavior: 'With stderr: STDOUT all output comes as 1, in the order in which it was written',
    source: 'test_subprocess_stderr_redirect_to_stdout',
    async run(c) {
      const steps = Array.from({ length: 20 }, (_, index) => step.write(`${index} `, 1 + (index % 2)));
      const child = await c.start(steps, { stderr: STDOUT });
      equal(child.transport.getPipeTransport(2), null);
      await child.ended();
      equal(child.text(1), Array.from({ length: 20 }, (_, index) => `${index} `).join(''));
      ok(!child.lines.some((line) => line.endsWith(':2')));
    },
  },
  'output.reopened': {
    behavior: 'The child can open /dev/stdout',
    source: 'F38',
    requires: ['pipes.pipe'],
    async run(c) {
      const child = await c.start([step.reopen('again')]);
      await child.ended();
      equal(child.text(1), 'again');
    },
  },
  'output.lacks-real-pipes': {
    behavior: 'Without real pipes the child cannot open /dev/stdout',
    source: 'F38',
    lacks: 'pipes.pipe',
    async run(c) {
      const child = await c.start([step.reopen('again')]);
      await child.ended();
      match(child.text(1), /^failed:/);
    },
  },
};
