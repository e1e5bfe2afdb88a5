import { deepEqual, equal, ok } from 'node:assert/strict';
import { TransportLostError } from '@subwire/transport';
import type { RequirementTable } from '../complianceCase.js';
import { step } from '../step.js';
import { thrownBy } from '../waiting.js';

const CUT = [step.write('before'), step.line(), step.loseLink(), step.forever()];

/** A link that dies while the child runs on. */
export const loss: RequirementTable = {
  'loss.reasons': {
    behavior: 'A loss of the link loses every open pipe, the input included, and then the transport, with its error',
    source: 'remote R1',
    requires: ['loss'],
    async run(c) {
      const child = await c.start(CUT);
      await child.seenText(1, 'before');
      child.stdin.write(Buffer.from('\n'));
      await child.ended();
      for (const fd of [0, 1, 2, -1]) {
        ok(child.reasons.get(fd) instanceof TransportLostError, `${fd}: ${String(child.reasons.get(fd))}`);
      }
      equal(child.lines.at(-1), 'lost:TransportLostError');
    },
  },
  'loss.no-status': {
    behavior: 'A lost child never gets a return code, nor a processExited',
    source: 'remote R2',
    requires: ['loss'],
    async run(c) {
      const child = await c.start(CUT);
      child.stdin.write(Buffer.from('\n'));
      equal(await child.ended(), null);
      await c.quiet();
      equal(child.log.has('exited'), false);
      equal(child.transport.getReturncode(), null);
    },
  },
  'loss.signals': {
    behavior: 'A signal after the loss throws the loss',
    source: 'remote R3',
    requires: ['loss', 'signals'],
    async run(c) {
      const child = await c.start(CUT);
      child.stdin.write(Buffer.from('\n'));
      await child.ended();
      const error = thrownBy(() => {
        child.transport.kill();
      });
      ok(error instanceof TransportLostError);
      equal(error.mayStillRun, true);
    },
  },
  'loss.after-calls': {
    behavior: 'After the loss writing and closing are silent',
    source: 'decision 9',
    requires: ['loss'],
    async run(c) {
      const child = await c.start(CUT);
      child.stdin.write(Buffer.from('\n'));
      await child.ended();
      const before = child.lines.length;
      child.stdin.write(Buffer.from('x'));
      child.transport.close();
      await c.quiet();
      equal(child.lines.length, before);
    },
  },
  'loss.handle': {
    behavior: 'A handle emits lost in the place of exit, once',
    source: 'childHandle rule 3',
    requires: ['loss'],
    needs: 'backend',
    async run(c) {
      const handle = c.spawn(CUT);
      handle.resumeAll();
      await handle.seenText(1, 'before');
      handle.stdin.write(Buffer.from('\n'), () => undefined);
      await handle.seen('lost');
      await c.quiet();
      deepEqual(
        handle.lines.filter((line) => /^(lost|exit)/.test(line)),
        ['lost'],
      );
    },
  },
};
