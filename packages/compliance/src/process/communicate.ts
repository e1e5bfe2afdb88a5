import { deepEqual, equal, ok } from 'node:assert/strict';
import { createSubprocessExec, DEVNULL, PIPE, type TimeoutExpired } from '@subwire/process';
import { patternBytes, step, type RequirementTable } from '@subwire/testing';
import { open, rejection, text } from './support.js';

const MIB = 2 ** 20;

/** Process.communicate. */
export const communicate: RequirementTable = {
  'process.communicate-both': {
    behavior: 'communicate() writes the input and returns both outputs',
    source: 'test_communicate',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.cat(), step.write('done', 2)]);
      const [stdout, stderr] = await child.communicate('some data');
      deepEqual([text(stdout), text(stderr)], ['some data', 'done']);
      equal(child.returncode, 0);
    },
  },
  'process.communicate-large': {
    behavior: 'Large input against large output is not stuck',
    source: 'uvloop test_communicate_large_stdout_1000000',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.cat()]);
      const [stdout] = await child.communicate(patternBytes(2 * MIB));
      ok(Buffer.from(patternBytes(2 * MIB)).equals(stdout));
    },
  },
  'process.communicate-no-input': {
    behavior: 'Without input the child’s input is closed at once',
    source: 'test_communicate_none_input',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.count()]);
      const [stdout] = await child.communicate();
      equal(text(stdout), 'count:0\n');
    },
  },
  'process.communicate-empty-input': {
    behavior: 'Empty input is the end of the input',
    source: 'test_empty_input',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.count()]);
      const [stdout] = await child.communicate(new Uint8Array(0));
      equal(text(stdout), 'count:0\n');
    },
  },
  'process.communicate-null': {
    behavior: 'What is not a pipe is null in the result',
    source: 'test_devnull_output',
    needs: 'backend',
    async run(c) {
      const { program, args } = c.subject.commands.steps([step.write('x'), step.write('y', 2)]);
      const places = { stdin: DEVNULL, stdout: DEVNULL, stderr: PIPE, backend: c.backend };
      const child = await createSubprocessExec(program, args, places);
      const [stdout, stderr] = await child.communicate();
      deepEqual([stdout, text(stderr)], [null, 'y']);
    },
  },
  'process.communicate-input-without-pipe': {
    behavior: 'Input without a pipe for it rejects instead of being dropped',
    source: 'decision 3',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.exit(0)], { stdin: DEVNULL });
      equal((await rejection(child.communicate('lost?'))).name, 'ValueError');
    },
  },
  'process.communicate-broken-pipe': {
    behavior: 'A child that ends without reading its input is no error',
    source: 'test_communicate_ignore_broken_pipe',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.write('bye'), step.exit(0)]);
      const [stdout] = await child.communicate(new Uint8Array(4 * MIB));
      equal(text(stdout), 'bye');
    },
  },
  'process.communicate-aborted': {
    behavior: 'An aborted communicate() loses nothing: the next call returns all of it',
    source: 'decision 1',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.write('one '), step.trap('SIGUSR2', 0), step.write('up', 2), step.forever()]);
      const controller = new AbortController();
      let read = 0;
      const onBytes = (nbytes: number): void => {
        read += nbytes;
        if (read === 6) {
          controller.abort(new Error('enough'));
        }
      };
      equal((await rejection(child.communicate(null, { signal: controller.signal, onBytes }))).message, 'enough');
      child.sendSignal('SIGUSR2');
      const [stdout, stderr] = await child.communicate();
      deepEqual([text(stdout), text(stderr)], ['one ', 'up']);
    },
  },
  'process.communicate-timeout': {
    behavior: 'A communicate() that times out rejects with the output so far and leaves the child alone',
    source: 'gh-83169',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.write('partial'), step.write('ready\n', 2), step.forever()]);
      await child.stderr.readline();
      const waiting = rejection<TimeoutExpired>(child.communicate(null, { timeoutMs: 300 }));
      await c.elapse(310);
      const error = await waiting;
      equal(error.name, 'TimeoutExpired');
      equal(text(error.stdout), 'partial');
      equal(child.returncode, null);
    },
  },
  'process.communicate-held': {
    behavior: 'drainGraceMs bounds the wait for an output that a descendant holds, and that is told',
    source: 'F23',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.fork([1], step.sleep(5_000)), step.write('mine'), step.exit(0)]);
      await child.wait();
      const waiting = child.communicateInFull(null, { drainGraceMs: 100 });
      await c.elapse(110);
      const { stdout, heldPipes } = await waiting;
      equal(text(stdout), 'mine');
      deepEqual(heldPipes, [1]);
    },
  },
};
