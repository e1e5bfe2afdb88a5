import { deepEqual, equal, ok } from 'node:assert/strict';
import { run, type CalledProcessError, type TimeoutExpired } from '@subwire/process';
import { step, type RequirementTable } from '@subwire/testing';
import { rejection, runSteps, text } from './support.js';

/** run(). */
export const runs: RequirementTable = {
  'process.run-captures': {
    behavior: 'run() returns the code and both outputs',
    source: 'semantics §9.2',
    needs: 'backend',
    async run(c) {
      const done = await runSteps(c, [step.write('out'), step.write('err', 2), step.exit(5)]);
      deepEqual([done.returncode, text(done.stdout), text(done.stderr)], [5, 'out', 'err']);
    },
  },
  'process.run-input': {
    behavior: 'run() feeds its input; without one the child’s input is empty',
    source: 'F42',
    needs: 'backend',
    async run(c) {
      equal((await runSteps(c, [step.count()], { input: 'four', encoding: 'utf8' })).stdout, 'count:4\n');
      equal((await runSteps(c, [step.count()], { encoding: 'utf8' })).stdout, 'count:0\n');
    },
  },
  'process.run-check': {
    behavior: 'With check a return code other than 0 is a CalledProcessError with the outputs',
    source: 'semantics §9.2',
    needs: 'backend',
    async run(c) {
      const running = runSteps(c, [step.write('why', 2), step.exit(9)], { check: true });
      const error = await rejection<CalledProcessError>(running);
      deepEqual([error.name, error.returncode, text(error.stderr)], ['CalledProcessError', 9, 'why']);
    },
  },
  'process.run-timeout': {
    behavior: 'When its time is over run() ends the child and rejects with the output so far',
    source: 'F24',
    requires: ['signals'],
    needs: 'backend',
    async run(c) {
      let soFar = '';
      // A busy machine may need more time until the child has written at all.
      for (let timeoutMs = 500; soFar === '' && timeoutMs <= 4_000; timeoutMs *= 2) {
        const steps = [step.write('so far'), step.forever()];
        const running = rejection<TimeoutExpired>(runSteps(c, steps, { timeoutMs }));
        await c.quiet();
        await c.elapse(timeoutMs + 10);
        const error = await running;
        equal(error.name, 'TimeoutExpired');
        soFar = text(error.stdout);
      }
      equal(soFar, 'so far');
    },
  },
  'process.run-abort': {
    behavior: 'An abort ends the child, and run() rejects with the reason',
    source: 'F75',
    requires: ['signals'],
    needs: 'backend',
    async run(c) {
      const controller = new AbortController();
      const reason = new Error('enough');
      const onBytes = (): void => {
        controller.abort(reason);
      };
      const running = runSteps(c, [step.write('x'), step.forever()], { signal: controller.signal, onBytes });
      equal(await rejection(running), reason);
    },
  },
  'process.run-overflow': {
    behavior: 'More output than maxBytes ends the child and rejects',
    source: 'F32',
    requires: ['signals'],
    needs: 'backend',
    async run(c) {
      const error = await rejection(runSteps(c, [step.pattern(200_000), step.forever()], { maxBytes: 1_000 }));
      equal(error.name, 'OutputOverflowError');
    },
  },
  'process.run-held': {
    behavior: 'run() settles although a descendant holds an output, and tells',
    source: 'F23',
    needs: 'backend',
    async run(c) {
      const steps = [step.fork([1], step.sleep(5_000)), step.write('mine'), step.exit(0)];
      const running = runSteps(c, steps, { drainGraceMs: 200 });
      await c.quiet();
      await c.elapse(210);
      const done = await running;
      deepEqual([text(done.stdout), done.heldPipes], ['mine', [1]]);
    },
  },
  'process.run-missing': {
    behavior: 'A program that cannot be started is a SpawnError',
    source: 'F1',
    needs: 'backend',
    async run(c) {
      const { program, args } = c.broken('missing-file');
      const error = await rejection(run(program, args, { backend: c.backend }));
      ok(!error.message.includes('undefined'));
      equal(error.name, 'SpawnError');
    },
  },
};
