import { deepEqual, equal, ok } from 'node:assert/strict';
import type { RequirementTable } from '../complianceCase.js';
import { step } from '../step.js';

/** The lower seam: the handle that writes. */
export const seamWriting: RequirementTable = {
  'seam.flushed-once': {
    behavior: 'Every write is flushed once, in the order of the writes, without an error',
    source: 'childHandle rule 4',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.count()]);
      handle.resumeAll();
      const flushed: string[] = [];
      for (let index = 0; index < 40; index += 1) {
        handle.stdin.write(new Uint8Array(20_000), (error) => {
          flushed.push(`${index}${error ? ' failed' : ''}`);
        });
      }
      handle.stdin.end();
      await handle.ended();
      equal(handle.text(1), 'count:800000\n');
      deepEqual(
        flushed,
        Array.from({ length: 40 }, (_, index) => String(index)),
      );
    },
  },
  'seam.flushed-when-taken': {
    behavior: 'A write that nobody takes is not flushed yet',
    source: 'childHandle rule 4',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.forever()]);
      let flushed = false;
      handle.stdin.write(new Uint8Array(8 * 2 ** 20), () => {
        flushed = true;
      });
      await c.quiet();
      equal(flushed, false);
    },
  },
  'seam.flushed-on-death': {
    behavior: 'Writes that the child’s end leaves over are flushed too, each with an error, once',
    source: 'childHandle rule 4',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.line(), step.exit(0)]);
      handle.resumeAll();
      const flushed: (Error | null)[] = [];
      handle.stdin.write(Buffer.from('\n'), () => undefined);
      for (let index = 0; index < 4; index += 1) {
        handle.stdin.write(new Uint8Array(2 ** 20), (error) => {
          flushed.push(error ?? null);
        });
      }
      await handle.ended();
      await c.quiet();
      equal(flushed.length, 4);
      ok(flushed.slice(1).every((error) => error !== null));
    },
  },
  'seam.flushed-on-destroy': {
    behavior: 'Writes that destroy() drops are flushed too, once',
    source: 'childHandle rule 4',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.forever()]);
      handle.resumeAll();
      let flushed = 0;
      for (let index = 0; index < 4; index += 1) {
        handle.stdin.write(new Uint8Array(2 ** 20), () => {
          flushed += 1;
        });
      }
      handle.stdin.destroy();
      await handle.seen('close:0');
      await c.quiet();
      equal(flushed, 4);
    },
  },
  'seam.end-flushes': {
    behavior: 'end() closes after everything written was taken',
    source: 'WritePipeHandle.end',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.count()]);
      handle.resumeAll();
      handle.stdin.write(new Uint8Array(2 ** 21), () => undefined);
      handle.stdin.end();
      await handle.ended();
      equal(handle.text(1), `count:${2 ** 21}\n`);
    },
  },
  'seam.written-bytes': {
    behavior: 'A chunk is not kept after write() returned',
    source: 'childHandle rule 6',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.cat()]);
      handle.resumeAll();
      const chunk = new Uint8Array(2 ** 20).fill(65);
      handle.stdin.write(chunk, () => undefined);
      chunk.fill(66);
      handle.stdin.end();
      await handle.ended();
      equal(handle.bytes(1).length, 2 ** 20);
      ok(handle.bytes(1).every((byte) => byte === 65));
    },
  },
};
