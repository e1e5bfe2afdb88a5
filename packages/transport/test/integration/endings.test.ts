/** Exit codes, signals, and what they are told as. */
import { constants } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { NotSupportedError, ProcessLookupError } from '../../src/contract/errors.js';
import { DEVNULL } from '../../src/contract/stdio.js';
import { bytes } from '../helpers/bytes.js';
import { childStates, exec, exists, finish, shell } from '../helpers/realChild.js';
import { RecordingProtocol, settle } from '../helpers/recordingProtocol.js';
import { subprocessExec } from '../../src/subprocessExec.js';

const QUIET = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL } as const;

/** Resolves once a child of ours is stopped; the system has no event for it. */
async function stopped(): Promise<void> {
  while (!childStates().includes('T')) {
    await settle(1);
  }
}

describe('the return code', () => {
  // X15, F61
  it.each([0, 1, 126, 127, 128, 255])('of an exit with %d is that', async (code) => {
    expect((await finish(await shell(`exit ${code}`))).returncode).toBe(code);
  });

  it('of an exit with 256 is 0', async () => {
    expect((await finish(await shell('exec perl -e "exit 256"'))).returncode).toBe(0);
  });

  it.each(
    Object.entries(constants.signals).filter(
      ([name]) => !/^SIG(STOP|TSTP|TTIN|TTOU|CONT|CHLD|URG|WINCH|STKFLT|UNUSED|IOT|POLL)$/.test(name),
    ),
  )('of death by %s is minus its number', async (name, number) => {
    const { protocol, transport } = await exec('sleep', ['60'], QUIET);
    transport.sendSignal(name as NodeJS.Signals);
    await protocol.lost;
    expect(transport.getReturncode()).toBe(-number);
    expect(protocol.lines).toEqual(['made', 'exited', 'lost']);
  });
});

describe('a signal', () => {
  // test_subprocess_kill, test_subprocess_terminate, test_subprocess_send_signal
  it.each([
    ['kill', -9],
    ['terminate', -15],
  ] as const)('is sent by %s()', async (method, returncode) => {
    const { protocol, transport } = await exec('sleep', ['60']);
    transport[method]();
    await protocol.lost;
    expect(transport.getReturncode()).toBe(returncode);
  });

  it('can be given as a number', async () => {
    const { protocol, transport } = await exec('sleep', ['60'], QUIET);
    transport.sendSignal(0);
    transport.sendSignal(1);
    await protocol.lost;
    expect(transport.getReturncode()).toBe(-1);
  });

  it('is a ProcessLookupError once the return code is known, 0 included', async () => {
    const { protocol, transport } = await exec('true', [], QUIET);
    await protocol.exited;
    for (const signal of ['SIGTERM', 9, 0] as const) {
      expect(() => {
        transport.sendSignal(signal);
      }).toThrow(ProcessLookupError);
    }
    await protocol.lost;
  });

  it('that the child handles does not end it', async () => {
    const child = await shell('trap "echo got" TERM; echo ready; read x; read y');
    await child.protocol.untilText(1, 'ready');
    child.transport.terminate();
    // dash runs the trap when `read` returns, interrupted or not.
    child.protocol.stdin.write(bytes('\n'));
    await child.protocol.untilText(1, 'got');
    expect(child.transport.getReturncode()).toBeNull();
    await finish(child);
  });

  // X14, F63
  it('that stops or continues reports nothing; KILL ends a stopped child', async () => {
    const { protocol, transport } = await exec('cat');
    transport.sendSignal('SIGSTOP');
    protocol.stdin.write(bytes('x'));
    await stopped();
    expect(protocol.lines).toEqual(['made']);
    transport.sendSignal('SIGCONT');
    await protocol.untilText(1, 'x');
    transport.sendSignal('SIGSTOP');
    // Of two signals that wait, the system takes TERM first.
    await stopped();
    transport.terminate();
    await settle();
    expect(transport.getReturncode()).toBeNull();
    transport.kill();
    await protocol.lost;
    expect([protocol.lines[1], transport.getReturncode()]).toEqual(['data:1:x', -9]);
  });
});

describe('a session of its own', () => {
  // test_subprocess_wait_no_same_group
  it('makes the child its leader', async () => {
    const child = await shell('ps -o pid=,pgid=,sid= -p $$', { startNewSession: true });
    const pid = child.transport.getPid();
    const { stdout } = await finish(child);
    expect(stdout.trim().split(/ +/).map(Number)).toEqual([pid, pid, pid]);
  });

  it('lets a signal reach the whole group', async () => {
    const { protocol, transport } = await shell('sleep 60 & echo $!; wait', { startNewSession: true });
    await protocol.untilText(1, '\n');
    const grandchild = Number(protocol.text(1));
    expect(exists(grandchild)).toBe(true);
    transport.sendSignal('SIGKILL', 'group');
    // The output is lost only when the grandchild is gone too.
    await protocol.lost;
    expect(transport.getReturncode()).toBe(-9);
  });

  it('is needed for group signals: without it they are refused, and reach nobody', async () => {
    const { protocol, transport } = await exec('sleep', ['60']);
    expect(() => {
      transport.sendSignal('SIGTERM', 'group');
    }).toThrow(NotSupportedError);
    expect(transport.getReturncode()).toBeNull();
    transport.kill();
    await protocol.lost;
    expect(transport.getReturncode()).toBe(-9);
  });
});

describe('an abort', () => {
  // X4, F74, F77, test_cancel_make_subprocess_transport_exec
  it.each([0, 1, 2, 3, 4, 5, 8])('of a creation after %d microtasks leaves nothing', async (ticks) => {
    const controller = new AbortController();
    const protocol = new RecordingProtocol();
    const creation = subprocessExec(() => protocol, 'sleep', ['60'], { signal: controller.signal });
    creation.catch(() => undefined);
    for (let tick = 0; tick < ticks; tick += 1) {
      await Promise.resolve();
    }
    controller.abort('enough');
    await expect(creation).rejects.toBe('enough');
    expect(childStates()).toEqual([]);
    expect(protocol.lines).toEqual([]);
  });

  it.each([1, 2, 3])('of a creation after %d turns of the loop leaves nothing, or comes too late', async (turns) => {
    const controller = new AbortController();
    const protocol = new RecordingProtocol();
    const creation = subprocessExec(() => protocol, 'sleep', ['60'], { signal: controller.signal });
    const outcome = creation.then(
      ([transport]) => transport,
      () => null,
    );
    await settle(turns);
    controller.abort();
    const transport = await outcome;
    if (transport !== null) {
      expect(transport.getReturncode()).toBeNull();
      transport.close();
      await protocol.lost;
    }
    expect(childStates()).toEqual([]);
  });

  it('before a creation starts nothing', async () => {
    const signal = AbortSignal.abort('never');
    await expect(subprocessExec(() => new RecordingProtocol(), 'sleep', ['60'], { signal })).rejects.toBe('never');
    expect(childStates()).toEqual([]);
  });
});
