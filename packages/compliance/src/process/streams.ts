import { deepEqual, equal } from 'node:assert/strict';
import type { IncompleteReadError } from '@subwire/process';
import { step, type RequirementTable } from '@subwire/testing';
import { open, rejection, runSteps, text } from './support.js';

const MIB = 2 ** 20;

function checkOwn(results: readonly Uint8Array[]): void {
  const full = results.filter((bytes) => bytes.length > 0);
  deepEqual(
    full.map((bytes) => bytes.buffer.byteLength),
    full.map((bytes) => bytes.length),
  );
  equal(new Set(full.map((bytes) => bytes.buffer)).size, full.length);
  for (const bytes of full) {
    structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
  }
}

/** Process.stdin, stdout and stderr. */
export const streams: RequirementTable = {
  'process.readline': {
    behavior: 'Question and answer go line by line',
    source: 'uvloop test_process_streams_basic_1',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.upper(), step.upper()]);
      child.stdin.write('one\n');
      equal(text(await child.stdout.readline()), 'ONE\n');
      child.stdin.write('two\n');
      equal(text(await child.stdout.readline()), 'TWO\n');
      equal(text(await child.stdout.readline()), '');
    },
  },
  'process.iteration': {
    behavior: 'An output can be iterated line by line',
    source: 'semantics §4.2',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.write('a\nb\n'), step.write('rest')]);
      const lines: string[] = [];
      for await (const line of child.stdout) {
        lines.push(text(line));
      }
      deepEqual(lines, ['a\n', 'b\n', 'rest']);
    },
  },
  'process.readexactly': {
    behavior: 'readexactly() beyond the end rejects with what there was',
    source: 'semantics §4.2',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.write('123456')]);
      equal(text(await child.stdout.readexactly(4)), '1234');
      const error = await rejection<IncompleteReadError>(child.stdout.readexactly(4));
      deepEqual([error.name, text(error.partial), error.expected], ['IncompleteReadError', '56', 4]);
    },
  },
  'process.overrun': {
    behavior: 'A separator beyond the limit rejects and keeps the bytes',
    source: 'semantics §4.3',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.write('x'.repeat(100))], { limit: 16 });
      equal((await rejection(child.stdout.readuntil('\n'))).name, 'LimitOverrunError');
      equal((await child.stdout.read()).length, 100);
    },
  },
  'process.own-results': {
    behavior: 'What a read method returns has an ArrayBuffer of its own, which can be transferred',
    source: 'childHandle rule 6',
    needs: 'backend',
    async run(c) {
      const lines = Array.from({ length: 40 }, (_, index) => `${'x'.repeat(index * 7)}\n`).join('');
      const child = await open(c, [step.write(lines.repeat(6)), step.pattern(300_000)]);
      const { stdout } = child;
      const results = [
        await stdout.readline(),
        await stdout.readuntil('xxx\n'),
        await stdout.readexactly(10),
        await stdout.readexactly(300),
        await stdout.peek(100),
        await stdout.read(1),
        await stdout.read(200),
        await stdout.read(65_536),
      ];
      const batches = stdout.lineBatches();
      results.push(...((await batches.next()).value ?? []));
      await batches.return?.();
      let wanted = 5;
      for await (const line of stdout.lines({ keepEnds: true })) {
        results.push(line);
        wanted -= 1;
        if (wanted === 0) {
          break;
        }
      }
      results.push(await stdout.read());
      checkOwn(results);
      const runs = await runSteps(c, [step.write('out'), step.write('err', 2)]);
      checkOwn([runs.stdout as Uint8Array, runs.stderr as Uint8Array]);
    },
  },
  'process.small-limit': {
    behavior: 'A small limit pauses and resumes the pipe, and loses nothing',
    source: 'test_pause_reading',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.pattern(MIB)], { limit: 100 });
      let size = 0;
      while (!child.stdout.atEof()) {
        size += (await child.stdout.read(70_000)).length;
      }
      equal(size, MIB);
      equal(await child.wait(), 0);
    },
  },
  'process.drain-waits': {
    behavior: 'drain() waits until the child has read',
    source: 'semantics §1.10',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.read(4 * MIB), step.write('all'), step.cat()]);
      child.stdin.write(new Uint8Array(4 * MIB));
      await child.stdin.drain();
      equal(text(await child.stdout.readexactly(3)), 'all');
    },
  },
  'process.drain-broken': {
    behavior: 'The first drain() after a broken pipe rejects with BrokenPipeError, the next with ConnectionResetError',
    source: 'decision 9',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.read(1), step.exit(0)]);
      child.stdin.write(new Uint8Array(4 * MIB));
      equal((await rejection(child.stdin.drain())).name, 'BrokenPipeError');
      equal((await rejection(child.stdin.drain())).name, 'ConnectionResetError');
      child.stdin.write('silent');
      equal(await child.wait(), 0);
    },
  },
  'process.wait-closed': {
    behavior: 'waitClosed() resolves when the input is flushed and closed',
    source: 'gh-104340',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.count()]);
      child.stdin.write('12345');
      child.stdin.close();
      equal(child.stdin.isClosing(), true);
      await child.stdin.waitClosed();
      equal(text(await child.stdout.read()), 'count:5\n');
    },
  },
};
