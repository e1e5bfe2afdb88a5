import { equal, ok } from 'node:assert/strict';
import { NotSupportedError, PipeEnd, SpawnError, STDOUT, ValueError, type ChildPipe } from '@subwire/transport';
import type { CaseContext } from '../caseContext.js';
import type { RequirementTable } from '../complianceCase.js';
import { step } from '../step.js';
import { rejection } from '../waiting.js';

const MIB = 2 ** 20;

/** An end that no backend of the suite has made. */
class ForeignEnd extends PipeEnd {
  override readonly backendName = 'elsewhere';
}

/** A pipe between children whose ends are closed at the end of the case, if they are not before. */
function pipeOf(c: CaseContext): ChildPipe {
  const pipe = c.backend.createPipe?.();
  if (pipe === undefined) {
    throw new Error('there is no createPipe()');
  }
  c.onCleanup(() => {
    pipe.close();
  });
  return pipe;
}

/** `createPipe()`: two children joined by a pipe. */
export const childPipes: RequirementTable = {
  'childPipes.bytes': {
    behavior: 'What one child writes into a pipe between two, the other reads, and nothing of it comes here',
    source: 'design §2',
    requires: ['createPipe'],
    needs: 'backend',
    async run(c) {
      const pipe = pipeOf(c);
      const reader = await c.start([step.count(), step.write('read')], { stdin: pipe.reader });
      const writer = await c.start([step.pattern(MIB)], { stdout: pipe.writer });
      pipe.close();
      equal(writer.transport.getPipeTransport(1), null);
      equal(reader.transport.getPipeTransport(0), null);
      equal(await writer.ended(), 0);
      equal(await reader.ended(), 0);
      equal(writer.log.has('lost:1'), false);
      equal(reader.text(1), `count:${MIB}\nread`);
    },
  },
  'childPipes.closed-at-once': {
    behavior: 'The ends of a pipe between children can be closed here as soon as both children have been asked for',
    source: 'ChildPipe',
    requires: ['createPipe'],
    needs: 'backend',
    async run(c) {
      const pipe = pipeOf(c);
      const starting = [
        c.start([step.cat()], { stdin: pipe.reader }),
        c.start([step.write('through')], { stdout: pipe.writer }),
      ] as const;
      pipe.close();
      pipe.close();
      const [reader] = await Promise.all(starting);
      equal(await reader.ended(), 0);
      equal(reader.text(1), 'through');
    },
  },
  'childPipes.several-writers': {
    behavior: 'The reader of a pipe between children reads the end when the last writer has ended',
    source: 'ChildPipe',
    requires: ['createPipe'],
    needs: 'backend',
    async run(c) {
      const pipe = pipeOf(c);
      const reader = await c.start([step.cat()], { stdin: pipe.reader });
      const last = await c.start([step.line(), step.write('last')], { stdout: pipe.writer });
      const first = await c.start([step.write('first '), step.write('and ', 2)], {
        stdout: pipe.writer,
        stderr: STDOUT,
      });
      pipe.close();
      await first.ended();
      await reader.seenText(1, 'first and ');
      equal(reader.log.has('lost:1'), false);
      last.stdin.write(Buffer.from('\n'));
      equal(await reader.ended(), 0);
      equal(reader.text(1), 'first and last');
    },
  },
  'childPipes.reader-leaves': {
    behavior: 'A child that writes into a pipe between children whose reader has ended gets EPIPE',
    source: 'ChildPipe',
    requires: ['createPipe'],
    needs: 'backend',
    async run(c) {
      const pipe = pipeOf(c);
      const reader = await c.start([step.read(10)], { stdin: pipe.reader });
      const writer = await c.start([step.flood(1, 2)], { stdout: pipe.writer });
      pipe.close();
      equal(await reader.ended(), 0);
      equal(await writer.ended(), 0);
      equal(writer.text(2), 'EPIPE\n');
    },
  },
  'childPipes.flow': {
    behavior: 'A child that writes more into a pipe between children than it holds waits for the reader',
    source: 'ChildPipe',
    requires: ['createPipe', 'signals'],
    needs: 'backend',
    async run(c) {
      const pipe = pipeOf(c);
      const reader = await c.start([step.write('ready '), step.stop(), step.count()], { stdin: pipe.reader });
      await reader.seenText(1, 'ready ');
      const writer = await c.start([step.pattern(MIB), step.write('done', 2)], { stdout: pipe.writer });
      pipe.close();
      await c.quiet();
      equal(writer.text(2), '');
      reader.transport.sendSignal('SIGCONT');
      equal(await reader.ended(), 0);
      await writer.ended();
      equal(writer.text(2), 'done');
      equal(reader.text(1), `ready count:${MIB}\n`);
    },
  },
  'childPipes.after-close': {
    behavior: 'An end of a pipe between children that was closed is a SpawnError of the stdio',
    source: 'ChildPipe',
    requires: ['createPipe'],
    needs: 'backend',
    async run(c) {
      const pipe = pipeOf(c);
      pipe.close();
      const error = await rejection(c.start([], { stdin: pipe.reader }));
      ok(error instanceof SpawnError, String(error));
      equal(`${error.stage} ${error.code}`, 'stdio EBADF');
    },
  },
  'childPipes.foreign': {
    behavior: 'An end of a pipe that another backend made is a ValueError',
    source: 'SubprocessBackend',
    requires: ['createPipe'],
    async run(c) {
      const error = await rejection(c.start([], { stdout: new ForeignEnd() }));
      ok(error instanceof ValueError, String(error));
    },
  },
  'childPipes.lacks-create-pipe': {
    behavior: 'Without createPipe an end of a pipe between children is refused',
    source: 'BackendCapabilities',
    lacks: 'createPipe',
    async run(c) {
      const error = await rejection(c.start([], { stdout: new ForeignEnd() }));
      ok(error instanceof NotSupportedError, String(error));
      equal(error.capability, 'createPipe');
    },
  },
};
