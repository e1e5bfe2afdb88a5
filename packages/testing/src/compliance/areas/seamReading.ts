import { deepEqual, equal, ok } from 'node:assert/strict';
import type { RequirementTable } from '../complianceCase.js';
import { step } from '../step.js';

/** The lower seam: handles that read. */
export const seamReading: RequirementTable = {
  'seam.born-paused': {
    behavior: 'Before resume() a pipe emits neither data nor close, also if the child has ended',
    source: 'childHandle rule 2',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('kept')]);
      await handle.seen('exit:0');
      await c.quiet();
      deepEqual(
        handle.lines.filter((line) => /:[12]/.test(line)),
        [],
      );
      handle.resumeAll();
      await handle.ended();
      equal(handle.text(1), 'kept');
    },
  },
  'seam.exit-without-readers': {
    behavior: 'exit does not wait for anybody to read',
    source: 'childHandle rule 3',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('unread'), step.exit(5)]);
      await handle.seen('exit:5');
    },
  },
  'seam.paused': {
    behavior: 'After pause() a pipe emits neither data nor close, until resume()',
    source: 'childHandle rule 2',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('a'), step.line(), step.write('b')]);
      handle.resumeAll();
      await handle.seenText(1, 'a');
      handle.output(1).pause();
      handle.stdin.write(Buffer.from('\n'), () => undefined);
      await handle.seen('exit:0');
      await c.quiet();
      equal(handle.text(1), 'a');
      equal(handle.log.has('close:1'), false);
      handle.output(1).resume();
      await handle.ended();
      equal(handle.text(1), 'ab');
    },
  },
  'seam.nothing-inside-calls': {
    behavior: 'No method of a handle emits while it runs',
    source: 'childHandle rule 1',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('x'), step.forever()]);
      await handle.seen('spawn');
      handle.call(() => {
        handle.resumeAll();
        handle.stdin.write(Buffer.from('x'), () => undefined);
        handle.output(1).pause();
        handle.output(1).resume();
        handle.output(2).close();
        handle.stdin.end();
        handle.stdin.destroy();
        if (c.subject.supports.signals) {
          handle.child.kill('SIGKILL');
        }
      });
      deepEqual(handle.synchronous, []);
    },
  },
  'seam.close-last': {
    behavior: 'close is the last event of a pipe',
    source: 'childHandle rule 5',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.pattern(400_000)]);
      handle.resumeAll();
      await handle.ended();
      equal(handle.bytes(1).length, 400_000);
      ok(handle.lines.lastIndexOf('data:1') < handle.lines.indexOf('close:1'));
    },
  },
  'seam.no-data-after-close': {
    behavior: 'After close() a pipe emits no data',
    source: 'ReadPipeHandle.close',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.flood(1, 2)]);
      handle.resumeAll();
      await handle.seen('data:1');
      const size = handle.bytes(1).length;
      handle.output(1).close();
      await handle.ended();
      equal(handle.bytes(1).length, size);
    },
  },
  'seam.chunks-not-empty': {
    behavior: 'Data is never empty',
    source: 'ReadPipeEvents.data',
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('a'), step.pattern(300_000), step.write('b', 2)]);
      handle.resumeAll();
      await handle.ended();
      const chunks = [...handle.chunks.values()].flat();
      ok(chunks.every((chunk) => chunk instanceof Uint8Array && chunk.length > 0));
    },
  },
  'seam.no-room': {
    behavior: 'Memory without room, from a receiver that paused, is no end of the file: the bytes come after resume()',
    source: 'BufferReceiver.getBuffer',
    requires: ['readInto'],
    needs: 'backend',
    async run(c) {
      const handle = c.spawn([step.write('kept')]);
      const memory = new Uint8Array(100);
      let filled = '';
      let offers = 0;
      handle.output(1).readInto?.({
        getBuffer: () => {
          offers += 1;
          if (offers > 1) {
            return memory;
          }
          handle.output(1).pause();
          handle.log.add('paused');
          return memory.subarray(0, 0);
        },
        bufferUpdated: (nbytes) => {
          filled += Buffer.from(memory.subarray(0, nbytes)).toString();
        },
      });
      handle.resumeAll();
      await handle.seen('paused');
      await handle.seen('exit');
      await c.quiet();
      equal(handle.log.has('close:1'), false);
      handle.output(1).resume();
      await handle.ended();
      equal(filled, 'kept');
    },
  },
};
