import { deepEqual, equal, ok } from 'node:assert/strict';
import { ProcessLookupError } from '@subwire/transport';
import type { CaseContext } from '../caseContext.js';
import type { RequirementTable } from '../complianceCase.js';
import type { Recorder } from '../recorder.js';
import { step, type Step } from '../step.js';
import { thrownBy } from '../waiting.js';

const MIB = 2 ** 20;
const GRACE_MS = 200;

/** Starts a child that leaves a grandchild with its input and its output, which reads the input to its end. */
async function orphaned(c: CaseContext, ...more: Step[]): Promise<Recorder> {
  const child = await c.start([step.fork([0, 1], ...more, step.count()), step.exit(3)]);
  await child.exited();
  return child;
}

/** Pipes that a descendant holds after the child’s end. */
export const heldPipes: RequirementTable = {
  'heldPipes.exit-at-once': {
    behavior: 'processExited does not wait for a pipe that a descendant holds',
    source: 'test_wait_even_if_pipe_is_open',
    async run(c) {
      const child = await orphaned(c);
      equal(child.transport.getReturncode(), 3);
      equal(child.reasons.has(1), false);
      child.stdin.close();
      await child.ended();
    },
  },
  'heldPipes.loss-when-released': {
    behavior: 'The pipe, and then the transport, are lost when the descendant lets go',
    source: 'semantics G4',
    async run(c) {
      const child = await orphaned(c);
      await c.quiet();
      equal(child.reasons.has(-1), false);
      child.stdin.close();
      await child.ended();
      ok(child.lines.indexOf('exited') < child.lines.indexOf('lost:1'));
      equal(child.lines.at(-1), 'lost');
    },
  },
  'heldPipes.data-after-exit': {
    behavior: 'What a descendant writes after the exit is delivered',
    source: 'gh-100133',
    async run(c) {
      const child = await orphaned(c);
      child.stdin.close();
      await child.ended();
      equal(child.text(1), 'count:0\n');
      ok(child.lines.lastIndexOf('data:1') > child.lines.indexOf('exited'));
    },
  },
  'heldPipes.other-pipes-end': {
    behavior: 'A pipe that nobody holds is lost while another one is held',
    source: 'F23',
    async run(c) {
      const child = await orphaned(c);
      await child.seen('lost:2');
      equal(child.reasons.has(1), false);
      child.stdin.close();
      await child.ended();
    },
  },
  'heldPipes.no-signal': {
    behavior: 'A signal after the exit is a ProcessLookupError, although a pipe is open',
    source: 'decision 2',
    requires: ['signals'],
    async run(c) {
      const child = await orphaned(c);
      ok(
        thrownBy(() => {
          child.transport.kill();
        }) instanceof ProcessLookupError,
      );
      child.stdin.close();
      await child.ended();
    },
  },
  'heldPipes.close-lets-go': {
    behavior: 'close() finishes at once, whoever holds the pipes, and keeps the return code',
    source: 'F23',
    async run(c) {
      const child = await orphaned(c);
      child.transport.close();
      equal(await child.ended(), 3);
      deepEqual(child.reports, []);
    },
  },
  'heldPipes.input-flows-on': {
    behavior: 'A descendant gets every byte of the input, before and after the child’s exit',
    source: 'decision 8',
    async run(c) {
      const child = await c.start([step.fork([0, 1], step.count()), step.exit(0)]);
      child.stdin.write(new Uint8Array(MIB));
      await child.exited();
      child.stdin.write(new Uint8Array(MIB));
      child.stdin.close();
      await child.ended();
      equal(child.text(1), `count:${2 * MIB}\n`);
      equal(child.reasons.get(0), null);
    },
  },
  'heldPipes.unread-input': {
    behavior: 'An input that is held and not read is given up after the grace period, with a BrokenPipeError',
    source: 'decision 8',
    async run(c) {
      const child = await c.start([step.fork([0], step.sleep(3_000)), step.exit(0)], { stdinGraceMs: GRACE_MS });
      child.stdin.write(new Uint8Array(4 * MIB));
      await child.exited();
      child.stdin.close();
      await c.elapse(GRACE_MS + 50);
      await child.ended();
      equal(child.reasons.get(0)?.name, 'BrokenPipeError');
    },
  },
  'heldPipes.grace-needs-close': {
    behavior: 'Without a close the grace period does not begin: the input is left to whoever holds it',
    source: 'decision 8',
    async run(c) {
      const child = await c.start([step.fork([0], step.sleep(3_000)), step.exit(0)], { stdinGraceMs: 50 });
      child.stdin.write(new Uint8Array(4 * MIB));
      await child.exited();
      await c.elapse(150);
      equal(child.reasons.has(0), false);
      child.stdin.abort();
      await child.ended();
      equal(child.reasons.get(0), null);
    },
  },
};
