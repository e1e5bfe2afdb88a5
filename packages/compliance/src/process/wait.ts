import { deepEqual, equal } from 'node:assert/strict';
import { step, type RequirementTable } from '@subwire/testing';
import { open, rejection, text } from './support.js';

/** Process.wait. */
export const wait: RequirementTable = {
  'process.wait-code': {
    behavior: 'wait() resolves with the exit code',
    source: 'test_shell',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.exit(7)]);
      equal(child.returncode, null);
      equal(await child.wait(), 7);
      equal(child.returncode, 7);
    },
  },
  'process.wait-signal': {
    behavior: 'wait() resolves with minus the number of the signal',
    source: 'test_kill',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.die('SIGTERM')]);
      equal(await child.wait(), -15);
    },
  },
  'process.wait-many': {
    behavior: 'Any number of waits resolve, before and after the end',
    source: 'test_subprocess_concurrent_wait',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.exit(3)]);
      deepEqual(await Promise.all([child.wait(), child.wait(), child.wait()]), [3, 3, 3]);
      equal(await child.wait(), 3);
    },
  },
  'process.wait-held': {
    behavior: 'wait() does not wait for a pipe that a descendant holds',
    source: 'test_wait_even_if_pipe_is_open',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.fork([0, 1], step.count()), step.exit(2)]);
      equal(await child.wait(), 2);
      child.stdin.close();
      equal(text(await child.stdout.read()), 'count:0\n');
    },
  },
  'process.wait-timeout': {
    behavior: 'A wait that times out rejects and leaves the child alone',
    source: 'gh-83169',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.count(), step.exit(0)]);
      const waiting = rejection(child.wait({ timeoutMs: 50 }));
      await c.elapse(60);
      equal((await waiting).name, 'TimeoutExpired');
      equal(child.returncode, null);
      child.stdin.close();
      equal(await child.wait(), 0);
    },
  },
  'process.wait-abort': {
    behavior: 'Aborting one wait rejects that one alone',
    source: 'test_cancel_process_wait',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.count(), step.exit(0)]);
      const controller = new AbortController();
      const reason = new Error('enough');
      const aborted = rejection(child.wait({ signal: controller.signal }));
      const other = child.wait();
      controller.abort(reason);
      equal(await aborted, reason);
      child.stdin.close();
      equal(await other, 0);
    },
  },
  'process.read-after-exit': {
    behavior: 'Output can be read after the exit',
    source: 'test_read_stdout_after_process_exit',
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.pattern(40_000)], { limit: 1_000 });
      await child.wait();
      await c.quiet();
      equal((await child.stdout.read()).length, 40_000);
    },
  },
  'process.pid': {
    behavior: 'pid is the child’s',
    source: 'uvloop test_process_pid_1',
    requires: ['pids'],
    needs: 'backend',
    async run(c) {
      const child = await open(c, [step.print('pid')]);
      equal(text(await child.stdout.read()), `${child.pid}\n`);
    },
  },
};
