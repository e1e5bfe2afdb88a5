/** The process group of a child that has ended, on each of the ways to reach it. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type * as Features from '../src/exit/kernelFeatures.js';
import { kernelFeatures, type KernelFeatures } from '../src/exit/kernelFeatures.js';
import { finish, runHelper, sh, type Recorder } from './helpers/child.js';

jest.mock('../src/exit/kernelFeatures.js', () => {
  const actual = jest.requireActual<typeof Features>('../src/exit/kernelFeatures.js');
  return { ...actual, kernelFeatures: jest.fn(actual.kernelFeatures) };
});

const actual = kernelFeatures();

const ways: [string, Partial<KernelFeatures>][] = [
  ...(actual.pidfdGroup ? [['the pidfd of the leader', {}] as [string, Partial<KernelFeatures>]] : []),
  ['the number of an unreaped leader', { pidfdGroup: false }],
  ['its number without any pidfd', { pidfds: null, pidfdGroup: false }],
];

afterEach(() => {
  jest.mocked(kernelFeatures).mockReturnValue(actual);
});

/** The state of a process: `S`, `Z`, `gone`. */
function stateOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.slice(0, 1) ?? '';
  } catch {
    return 'gone';
  }
}

function pidfds(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return /pidfd/.test(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      return false;
    }
  }).length;
}

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) {
    await delay(5);
  }
}

/** A leader that ended with 7, and its grandchild, which runs and holds the outputs. */
async function orphaned(trap = ''): Promise<readonly [leader: Recorder, orphan: number]> {
  const leader = await sh(`sh -c '${trap} echo up; while :; do sleep 0.02; done' & echo $!; exit 7`, {
    startNewSession: true,
  });
  await leader.until('exited');
  await until(() => /^\d+$/m.test(leader.text(1)) && /^up$/m.test(leader.text(1)));
  return [leader, Number(/^\d+$/m.exec(leader.text(1))?.[0])];
}

function signalGroup(leader: Recorder, signal: NodeJS.Signals | 0): string {
  try {
    leader.transport.sendSignal(signal, 'group');
    return 'sent';
  } catch (thrown) {
    return (thrown as Error).name;
  }
}

describe.each(ways)('a group whose leader has ended, reached by %s', (_way, less) => {
  const features = { ...actual, ...less };

  it('gets signals as long as anybody of it runs', async () => {
    jest.mocked(kernelFeatures).mockReturnValue(features);
    const [leader, orphan] = await orphaned('trap "echo term" TERM;');
    expect(leader.transport.getReturncode()).toBe(7);
    expect(stateOf(leader.transport.getPid() ?? 0)).toBe(features.pidfdGroup ? 'gone' : 'Z');
    expect([signalGroup(leader, 0), signalGroup(leader, 'SIGTERM')]).toEqual(['sent', 'sent']);
    await until(() => leader.text(1).includes('term'));
    expect(() => {
      leader.transport.kill();
    }).toThrow(expect.objectContaining({ code: 'ESRCH' }));
    expect(signalGroup(leader, 'SIGKILL')).toBe('sent');
    await leader.until('lost');
    await until(() => ['Z', 'gone'].includes(stateOf(orphan)));
    // What the orphan was waiting for is a member, too.
    await until(() => signalGroup(leader, 0) === 'ProcessLookupError');
    expect(stateOf(leader.transport.getPid() ?? 0)).toBe('gone');
    expect(pidfds()).toBe(0);
  });

  it('is given up by itself when it is empty', async () => {
    jest.mocked(kernelFeatures).mockReturnValue(features);
    const [leader, orphan] = await orphaned();
    process.kill(orphan, 'SIGKILL');
    await leader.until('lost');
    // Looked at after 100 ms.
    await until(() => stateOf(leader.transport.getPid() ?? 0) === 'gone' && pidfds() === 0);
    expect(signalGroup(leader, 'SIGTERM')).toBe('ProcessLookupError');
  });

  it('costs nothing if the leader was alone', async () => {
    jest.mocked(kernelFeatures).mockReturnValue(features);
    const leader = await sh('exit 4', { startNewSession: true });
    expect((await finish(leader))[0]).toBe(4);
    expect([stateOf(leader.transport.getPid() ?? 0), pidfds()]).toEqual(['gone', 0]);
    expect(signalGroup(leader, 'SIGTERM')).toBe('ProcessLookupError');
  });
});

const strace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

describe('a group whose leader has ended', () => {
  const forgotten = async (launcher: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await runHelper('forgottenGroup.mjs', [], launcher);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe('kept: true\nkept after a collection: false');
  };

  it('is given up when nobody can ask any more', async () => {
    await forgotten([]);
  });

  (strace ? it : it.skip)('is given up then without pidfds, too', async () => {
    await forgotten(['strace', '-f', '-o', '/dev/null', '-e', 'inject=pidfd_open:error=ENOSYS']);
  });
});
