import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEVNULL, NotSupportedError, PIPE, STDOUT } from '@subwire/transport';
import type { CaseContext } from '../caseContext.js';
import type { RequirementTable } from '../complianceCase.js';
import { step } from '../step.js';
import { rejection } from '../waiting.js';

/** An open file, until the end of the case. */
function openFile(c: CaseContext, flags: string, content = ''): { readonly fd: number; readonly path: string } {
  const directory = mkdtempSync(join(tmpdir(), 'subwire-compliance-'));
  const path = join(directory, 'file');
  writeFileSync(path, content);
  const fd = openSync(path, flags);
  c.onCleanup(() => {
    closeSync(fd);
    rmSync(directory, { recursive: true, force: true });
  });
  return { fd, path };
}

function identity(fd: number): string {
  const { dev, ino } = fstatSync(fd);
  return `${dev}:${ino}\n`;
}

/** What stands at the child's descriptors. */
export const descriptors: RequirementTable = {
  'descriptors.null-input': {
    behavior: 'With stdin: DEVNULL the child reads nothing',
    source: 'test_devnull_input',
    async run(c) {
      const child = await c.start([step.count()], { stdin: DEVNULL });
      await child.ended();
      equal(child.text(1), 'count:0\n');
      equal(child.log.has('lost:0'), false);
    },
  },
  'descriptors.null-output': {
    behavior: 'With stdout: DEVNULL output goes nowhere, and the child may write as it likes',
    source: 'test_devnull_output',
    async run(c) {
      const child = await c.start([step.pattern(500_000), step.write('err', 2)], { stdout: DEVNULL });
      equal(await child.ended(), 0);
      deepEqual([child.size(1), child.text(2)], [0, 'err']);
      equal(child.log.has('lost:1'), false);
    },
  },
  'descriptors.merged-null': {
    behavior: 'stderr: STDOUT follows stdout to the null device too',
    source: 'semantics §2.3',
    async run(c) {
      const child = await c.start([step.write('out'), step.write('err', 2)], { stdout: DEVNULL, stderr: STDOUT });
      equal(await child.ended(), 0);
      deepEqual(
        child.lines.filter((line) => /data|lost:[12]/.test(line)),
        [],
      );
    },
  },
  'descriptors.output-file': {
    behavior: 'Output can go to an open file, which stays open here',
    source: 'uvloop test_stdin_stdout_file',
    requires: ['descriptors'],
    async run(c) {
      const { fd, path } = openFile(c, 'w');
      const child = await c.start([step.write('to the file')], { stdout: fd });
      equal(child.transport.getPipeTransport(1), null);
      await child.ended();
      equal(readFileSync(path, 'utf8'), 'to the file');
      ok(fstatSync(fd).isFile());
    },
  },
  'descriptors.input-file': {
    behavior: 'Input can come from an open file',
    source: 'semantics §2.3',
    requires: ['descriptors'],
    async run(c) {
      const { fd } = openFile(c, 'r', 'from the file');
      const child = await c.start([step.cat()], { stdin: fd });
      await child.ended();
      equal(child.text(1), 'from the file');
    },
  },
  'descriptors.object': {
    behavior: 'An object with an fd, such as a FileHandle, stands for it and stays open',
    source: 'test_stdin_stdout_file',
    requires: ['descriptors'],
    async run(c) {
      const { path } = openFile(c, 'w');
      const handle = await open(path, 'w');
      c.onCleanup(() => handle.close());
      const child = await c.start([step.write('to the handle')], { stdout: handle });
      await child.ended();
      equal(readFileSync(path, 'utf8'), 'to the handle');
      ok((await handle.stat()).isFile());
    },
  },
  'descriptors.shared-position': {
    behavior: 'The same file at 1 and 2 has one position: nothing is overwritten',
    source: 'semantics §2.3',
    requires: ['descriptors'],
    async run(c) {
      const { fd, path } = openFile(c, 'w');
      const steps = [step.write('a'), step.write('b', 2), step.write('c'), step.write('d', 2)];
      await (await c.start(steps, { stdout: fd, stderr: fd })).ended();
      equal(readFileSync(path, 'utf8'), 'abcd');
    },
  },
  'descriptors.merged-file': {
    behavior: 'stderr: STDOUT follows stdout into a file',
    source: 'semantics §2.3',
    requires: ['descriptors'],
    async run(c) {
      const { fd, path } = openFile(c, 'w');
      await (await c.start([step.write('a'), step.write('b', 2)], { stdout: fd, stderr: STDOUT })).ended();
      equal(readFileSync(path, 'utf8'), 'ab');
    },
  },
  'descriptors.crossed': {
    behavior: 'Each of several files arrives at the descriptor it was given for',
    source: 'F44',
    requires: ['descriptors'],
    async run(c) {
      const [first, second] = [openFile(c, 'w'), openFile(c, 'w')];
      const [low, high] = first.fd < second.fd ? [first, second] : [second, first];
      const child = await c.start([step.write('out'), step.write('err', 2)], { stdout: high.fd, stderr: low.fd });
      await child.ended();
      deepEqual([readFileSync(high.path, 'utf8'), readFileSync(low.path, 'utf8')], ['out', 'err']);
    },
  },
  'descriptors.inherit': {
    behavior: 'null gives the child what stands at our own descriptor',
    source: 'uvloop test_process_streams_redirect',
    requires: ['descriptors'],
    async run(c) {
      const child = await c.start([step.stat(0)], { stdin: null });
      await child.ended();
      equal(child.text(1), identity(0));
    },
  },
  'descriptors.passed': {
    behavior: 'passFds reach the child under their own numbers',
    source: 'uvloop test_process_streams_pass_fds',
    requires: ['descriptors', 'extraFds'],
    async run(c) {
      const { fd, path } = openFile(c, 'w');
      await (await c.start([step.write('passed', fd)], { passFds: [fd] })).ended();
      equal(readFileSync(path, 'utf8'), 'passed');
    },
  },
  'descriptors.moved': {
    behavior: 'extraFds reach the child under the numbers that were asked for',
    source: 'F44',
    requires: ['descriptors', 'extraFds'],
    async run(c) {
      const { fd, path } = openFile(c, 'w');
      await (await c.start([step.write('moved', fd + 5)], { extraFds: { [fd + 5]: fd } })).ended();
      equal(readFileSync(path, 'utf8'), 'moved');
    },
  },
  'descriptors.extra-output': {
    behavior: 'A PIPE among extraFds is one more output, with data and a loss of its own',
    source: 'design §3',
    requires: ['extraFds'],
    async run(c) {
      const child = await c.start([step.write('three', 3), step.write('five', 5)], { extraFds: { 3: PIPE, 5: PIPE } });
      await child.ended();
      deepEqual([child.text(3), child.text(5)], ['three', 'five']);
      deepEqual([child.log.count('lost:3'), child.log.count('lost:5')], [1, 1]);
      equal(child.transport.getPipeTransport(4), null);
    },
  },
  'descriptors.high-numbers': {
    behavior: 'Extra descriptors may have high numbers, up to the limit of this process',
    source: 'SpawnRequest.stdio',
    requires: ['extraFds'],
    async run(c) {
      const child = await c.start([step.write('one', 300), step.write('two', 2_000)], {
        extraFds: { 300: PIPE, 2_000: PIPE },
      });
      await child.ended();
      deepEqual([child.text(300), child.text(2_000)], ['one', 'two']);
    },
  },
  'descriptors.extra-pause': {
    behavior: 'An extra output can be paused and closed as the others',
    source: 'design §3',
    requires: ['extraFds'],
    async run(c) {
      const child = await c.start([step.line(), step.flood(3, 1)], { extraFds: { 3: PIPE } });
      child.output(3).pauseReading();
      child.stdin.write(Buffer.from('\n'));
      await c.quiet();
      equal(child.size(3), 0);
      child.output(3).close();
      await child.ended();
      match(child.text(1), /EPIPE|ECONNRESET/);
    },
  },
  'descriptors.private': {
    behavior: 'A file that this program has open does not reach the child unasked',
    source: 'F89',
    async run(c) {
      const { path } = openFile(c, 'r');
      const child = await c.start([step.holds(path)]);
      await child.ended();
      equal(child.text(1), 'closed\n');
    },
  },
  'descriptors.no-sibling': {
    behavior: 'A child does not hold the input of another: closing it is seen while both run',
    source: 'test_stdin_not_inheritable',
    async run(c) {
      const first = await c.start([step.count()]);
      await c.start([step.forever()]);
      first.stdin.close();
      equal(await first.ended(), 0);
      equal(first.text(1), 'count:0\n');
    },
  },
  'descriptors.lacks-descriptors': {
    behavior: 'Without descriptors neither inherit nor a descriptor is accepted',
    source: 'BackendCapabilities',
    lacks: 'descriptors',
    async run(c) {
      for (const stdin of [null, 0]) {
        const error = await rejection(c.start([], { stdin }));
        ok(error instanceof NotSupportedError);
        equal(error.capability, 'descriptors');
      }
    },
  },
  'descriptors.lacks-extra': {
    behavior: 'Without extraFds further descriptors are refused',
    source: 'BackendCapabilities',
    lacks: 'extraFds',
    async run(c) {
      const error = await rejection(c.start([], { extraFds: { 3: PIPE } }));
      ok(error instanceof NotSupportedError);
      equal(error.capability, 'extraFds');
    },
  },
};
