/** `Process`: identity, waiting and signals. Semantics §3.1 – §3.6; upstream names are CPython's unless said otherwise. */
import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { PIPE, ProcessLookupError, ValueError } from '@subwire/transport';
import { createSubprocessExec, createSubprocessShell, TimeoutExpired } from '../src/index.js';
import { blockThread, endForeign, isAlive, node, rejection, sh, stateOf, until, utf8 } from './helpers/children.js';

describe('Process', () => {
  // test_process_pid_1 (uvloop)
  it('has the pid that the child itself sees', async () => {
    const proc = await createSubprocessExec(...sh('echo $$'), { stdout: PIPE });
    const [stdout] = await proc.communicate();
    expect(Number(utf8(stdout))).toBe(proc.pid);
  });

  // test_subprocess_repr
  it('shows itself with its pid and nothing of its arguments', async () => {
    const proc = await createSubprocessExec(...sh(':', 'secret-argument'));
    await proc.wait();
    expect(String(proc)).toBe(`<Process ${proc.pid}>`);
    expect(inspect(proc, { depth: 9, showHidden: true })).not.toContain('secret-argument');
  });

  // test_shell
  it('tells the exit code of a shell command', async () => {
    const proc = await createSubprocessShell('exit 7');
    expect(proc.returncode).toBeNull();
    expect(await proc.wait()).toBe(7);
    expect(proc.returncode).toBe(7);
  });

  // test_start_new_session
  it('starts a session of its own', async () => {
    const proc = await createSubprocessShell('exit 8', { startNewSession: true });
    expect(await proc.wait()).toBe(8);
  });

  // X15, F61
  it.each([0, 1, 126, 127, 128, 255])('passes exit code %i on as it is', async (code) => {
    const proc = await createSubprocessExec(...sh(`exit ${code}`));
    expect(await proc.wait()).toBe(code);
  });

  it('takes 256 for 0, as the system does', async () => {
    const proc = await createSubprocessExec(...node('process.exit(256)'));
    expect(await proc.wait()).toBe(0);
  });

  // X15, F61: test_kill, test_terminate, test_send_signal
  it.each([
    ['SIGHUP', -1],
    ['SIGINT', -2],
    ['SIGQUIT', -3],
    ['SIGABRT', -6],
    ['SIGKILL', -9],
    ['SIGUSR1', -10],
    ['SIGSEGV', -11],
    ['SIGALRM', -14],
    ['SIGTERM', -15],
  ] as const)('reports death by %s as %i', async (signal, returncode) => {
    const proc = await createSubprocessExec('sleep', ['60']);
    proc.sendSignal(signal);
    expect(await proc.wait()).toBe(returncode);
  });

  it('does not change its return code by being killed, only by the news of the end', async () => {
    const proc = await createSubprocessExec('sleep', ['60']);
    proc.kill();
    expect(proc.returncode).toBeNull();
    expect(await proc.wait()).toBe(-9);
  });

  // test_process_send_signal_1 (uvloop)
  it('delivers a signal that the child handles between two lines', async () => {
    const script = `process.on('SIGUSR1', () => { console.log('caught'); process.exit(11); });
      console.log('ready'); setInterval(() => {}, 1000);`;
    const proc = await createSubprocessExec(...node(script), { stdout: PIPE });
    expect(utf8(await proc.stdout.readline())).toBe('ready\n');
    proc.sendSignal('SIGUSR1');
    expect(utf8(await proc.stdout.readline())).toBe('caught\n');
    expect(await proc.wait()).toBe(11);
  });

  // X14
  it('reports neither a stop nor a continuation as an end', async () => {
    const proc = await createSubprocessExec('sleep', ['60']);
    const pid = proc.pid ?? 0;
    proc.sendSignal('SIGSTOP');
    await until(() => stateOf(pid) === 'T');
    expect(proc.returncode).toBeNull();
    proc.sendSignal('SIGCONT');
    await until(() => stateOf(pid) === 'S');
    expect(proc.returncode).toBeNull();
    proc.kill();
    expect(await proc.wait()).toBe(-9);
  });

  // F66, §3.6
  it('refuses every signal once the return code is known, since the pid may be a stranger by then', async () => {
    const proc = await createSubprocessExec('true');
    await proc.wait();
    expect(() => proc.sendSignal('SIGHUP')).toThrow(ProcessLookupError);
    expect(() => proc.sendSignal(0)).toThrow(ProcessLookupError);
    expect(() => proc.terminate()).toThrow(ProcessLookupError);
    expect(() => proc.kill()).toThrow(ProcessLookupError);
  });

  // F66
  it('accepts signal 0 while the child runs, refuses unknown signals, and can be killed twice', async () => {
    const proc = await createSubprocessExec('sleep', ['60']);
    proc.sendSignal(0);
    expect(() => proc.sendSignal('SIGNOPE' as NodeJS.Signals)).toThrow(ValueError);
    expect(() => proc.sendSignal(4711)).toThrow(ValueError);
    expect(proc.returncode).toBeNull();
    proc.kill();
    proc.kill();
    expect(await proc.wait()).toBe(-9);
  });

  // test_subprocess_send_signal_race
  it('survives a signal at about the moment of the exit, with the true code', async () => {
    for (let round = 0; round < 40; round += 1) {
      const proc = await createSubprocessExec('sleep', ['0']);
      blockThread(round % 4);
      let refused: unknown = null;
      try {
        proc.terminate();
      } catch (thrown) {
        refused = thrown;
      }
      expect(refused === null || refused instanceof ProcessLookupError).toBe(true);
      expect([0, -15]).toContain(await proc.wait());
    }
  });
});

describe('wait', () => {
  // test_wait_even_if_pipe_is_open, test_kill_issue43884, X6, F23
  it('resolves at the exit although a descendant holds stdout', async () => {
    const proc = await createSubprocessExec(...sh('sleep 60 & echo $!; exit 3'), { stdout: PIPE });
    const grandchild = Number(utf8(await proc.stdout.readline()));
    expect(await proc.wait()).toBe(3);
    expect(isAlive(grandchild)).toBe(true);
    expect(proc.returncode).toBe(3);
    expect(proc.stdout.atEof()).toBe(false);
    await endForeign(grandchild);
    expect(await proc.stdout.read()).toHaveLength(0);
  });

  // test_subprocess_concurrent_wait, F76, F78
  it('gives the same code to all callers, before and after the exit', async () => {
    const proc = await createSubprocessExec(...sh('read x; exit 5'), { stdin: PIPE });
    const before = Array.from({ length: 10 }, () => proc.wait());
    proc.stdin.close();
    expect(await Promise.all(before)).toEqual(Array.from({ length: 10 }, () => 5));
    expect(await Promise.all(Array.from({ length: 10 }, () => proc.wait()))).toEqual(
      Array.from({ length: 10 }, () => 5),
    );
  });

  // check_stdout_output helper
  it('needs a few microtasks and no turn of the event loop after the exit', async () => {
    const proc = await createSubprocessExec('true');
    await proc.wait();
    let code: number | null = null;
    void proc.wait().then((value) => {
      code = value;
    });
    for (let turn = 0; turn < 5; turn += 1) {
      await Promise.resolve();
    }
    expect(code).toBe(0);
  });

  // test_cancel_process_wait, F76
  it('is aborted for one caller alone, as often as one likes', async () => {
    const proc = await createSubprocessExec('sleep', ['60']);
    const other = proc.wait();
    for (const reason of ['first', 'second']) {
      const controller = new AbortController();
      const waiting = proc.wait({ signal: controller.signal });
      controller.abort(new Error(reason));
      expect((await rejection(waiting)).message).toBe(reason);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    }
    expect(proc.returncode).toBeNull();
    proc.kill();
    expect(await other).toBe(-9);
    expect(await proc.wait()).toBe(-9);
  });

  it('rejects on a signal that was aborted before, also after the exit', async () => {
    const proc = await createSubprocessExec('true');
    await proc.wait();
    const reason = new Error('too late');
    expect(await rejection(proc.wait({ signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  it('times out without touching the child', async () => {
    const proc = await createSubprocessExec('sleep', ['60']);
    const error = await rejection<TimeoutExpired>(proc.wait({ timeoutMs: 20 }));
    expect(error).toBeInstanceOf(TimeoutExpired);
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT_EXPIRED', timeoutMs: 20, stdout: null, result: null });
    expect(proc.returncode).toBeNull();
    proc.kill();
    expect(await proc.wait({ timeoutMs: 10_000 })).toBe(-9);
  });

  it('leaves no listener on a signal that outlives it', async () => {
    const { signal } = new AbortController();
    const proc = await createSubprocessExec('true', [], { signal });
    await proc.wait({ signal, timeoutMs: 10_000 });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
