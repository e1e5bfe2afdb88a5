/**
 * The macOS branch as a whole, over a simulated Mac: what it asks of the system, and what it makes of the answers.
 *
 * What only a Mac can tell is whether the system answers like this.
 */
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChildHandle, SpawnRequest, StdioSlot, SubprocessBackend } from '@subwire/transport';
import type { Support } from '../src/index.js';
import { SimulatedMac } from './helpers/simulatedMac.js';

const NULL: StdioSlot = { kind: 'null' };
const PIPE: StdioSlot = { kind: 'pipe' };

const REQUEST: SpawnRequest = {
  program: '/bin/tool',
  args: [],
  executable: null,
  stdio: new Map<number, StdioSlot>([
    [0, PIPE],
    [1, PIPE],
    [2, NULL],
  ]),
  cwd: null,
  pipeSize: null,
  env: { A: '1' },
  envByBytes: [],
  startNewSession: false,
  processGroup: null,
  user: null,
  group: null,
  pipes: null,
  synchronous: false,
};

let mac: SimulatedMac;
let backend: SubprocessBackend;
let isSupported: () => Support;

const here = Object.getOwnPropertyDescriptor(process, 'platform')!;

beforeAll(() => {
  Object.defineProperty(process, 'platform', { ...here, value: 'darwin' });
  jest.doMock('../src/native/ffi.js', () => ({ native: () => mac.native }));
  // A real thread would make its calls on this machine.
  jest.doMock('../src/spawn/startThread.js', () => ({
    StartWorker: class {
      constructor() {
        throw new Error('there are no threads in this test');
      }
    },
  }));
});

afterAll(() => {
  Object.defineProperty(process, 'platform', here);
});

beforeEach(async () => {
  jest.resetModules();
  mac = new SimulatedMac();
  const posix = await import('../src/index.js');
  backend = posix.posixBackend;
  isSupported = posix.isSupported;
});

afterEach(async () => {
  mac.children.forEach((child) => {
    mac.childEnds(child, 0);
  });
  // The selector closes itself after a while.
  await until(() => mac.kernel.openFds.length === 0);
  expect(mac.liveActions).toBe(0);
});

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) {
    await delay(1);
  }
}

/** Everything that is due happens in the next turns of the loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) {
    await nextTurn();
  }
}

/** A child and what it told: `spawn`, `data hi`, `lost`, `exit 0`. */
interface Started {
  readonly handle: ChildHandle;
  readonly log: string[];
}

function start(changes: Partial<SpawnRequest> = {}): Started {
  const handle = backend.spawn({ ...REQUEST, ...changes });
  const log: string[] = [];
  handle.on('spawn', (pid) => log.push(`spawn ${pid}`));
  handle.on('error', (error) => log.push(`error ${'code' in error ? String(error.code) : error.message}`));
  handle.on('exit', ({ returncode }) => log.push(`exit ${returncode}`));
  handle.stdin?.on('close', () => log.push('input lost'));
  for (const output of handle.outputs.values()) {
    output.on('data', (chunk) => log.push(`data ${Buffer.from(chunk).toString()}`));
    output.on('close', () => log.push('output lost'));
    output.resume();
  }
  return { handle, log };
}

async function started(changes: Partial<SpawnRequest> = {}): Promise<Started> {
  const child = start(changes);
  await settle();
  return child;
}

describe('on a Mac', () => {
  it('nobody is told to take the backend, and who passes it is served', async () => {
    expect(isSupported()).toEqual({ ok: false, reason: 'it was written for darwin, but has never run there' });
    const { log } = await started();
    expect(log).toEqual(['spawn 70001']);
  });

  it('its flags are those of the system', () => {
    const { supports } = backend;
    expect([supports.closeFds, supports.realtimeSignals, supports.stdinPeerClose]).toEqual([true, false, true]);
  });
});

describe('a spawn on a Mac', () => {
  it('gives the child what was asked for, and has the system close everything else', async () => {
    const given = mac.kernel.open('given');
    await started({
      stdio: new Map<number, StdioSlot>([
        [0, NULL],
        [1, PIPE],
        [2, { kind: 'stdout' }],
        [5, { kind: 'fd', fd: given }],
      ]),
    });
    const { fds, flags, argv, env } = mac.lastChild;
    expect([...fds.keys()].sort()).toEqual([0, 1, 2, 5]);
    // SETSIGDEF, SETSIGMASK, CLOEXEC_DEFAULT.
    expect(flags).toBe(0x400c);
    expect([argv, env]).toEqual([['/bin/tool'], ['A=1']]);
    mac.kernel.close(given);
  });

  it.each([
    ['a session', { startNewSession: true }, 0x440c, null],
    ['a session, which leads a group already', { startNewSession: true, processGroup: 0 }, 0x440c, null],
    ['a new group', { processGroup: 0 }, 0x400e, 0],
    ['a group to join', { processGroup: 4_711 }, 0x400e, 4_711],
  ])('asks for %s', async (_what, changes, flags, group) => {
    await started(changes);
    expect([mac.lastChild.flags, mac.lastChild.group]).toEqual([flags, group]);
  });

  it('keeps the attributes that many children share, and frees the others', async () => {
    for (const processGroup of [null, null, 0, 4_711, 4_712]) {
      await started({ processGroup });
    }
    expect(mac.liveAttributes).toBe(2);
  });

  it.each([
    ['./tool', '/there', '/there/./tool'],
    ['../tool', 'sub', `${process.cwd()}/sub/../tool`],
    ['/bin/tool', '/there', '/bin/tool'],
    ['./tool', null, './tool'],
  ])('names %s from the directory %s in a way that does not depend on it', async (program, cwd, path) => {
    await started({ program, cwd });
    expect([mac.lastChild.path, mac.lastChild.argv[0], mac.lastChild.directory]).toEqual([path, program, cwd]);
  });

  it('copies the environment that is inherited at the call, string by string', async () => {
    const { env } = process;
    // As Node's own: it takes no accessor, so it is known as a window on the variables of the C library.
    process.env = new Proxy({ A: 'before' }, { defineProperty: () => false });
    const child = start({ env: null });
    process.env = env;
    await settle();
    expect(child.log).toEqual(['spawn 70001']);
    expect(mac.lastChild.env).toEqual(['A=before']);
  });

  it('that fails leaves nothing open', async () => {
    mac.spawnErrno = 13;
    const { log } = await started();
    expect(log.filter((line) => line.startsWith('error'))).toHaveLength(1);
  });

  it('makes no end of a pipe that another child inherits, and blocks on none of ours', async () => {
    const before = new Set(mac.kernel.openFds);
    await started();
    const theirs = new Set(mac.lastChild.fds.values());
    const ours = mac.kernel.openFds.filter((fd) => !before.has(fd) && !theirs.has(fd));
    expect(ours.every((fd) => mac.kernel.closeOnExec.has(fd))).toBe(true);
    // Two ends of pipes; the third is the queue.
    expect(ours.filter((fd) => mac.kernel.nonBlocking.has(fd))).toHaveLength(2);
    expect(ours).toHaveLength(3);
  });
});

describe('the pipes of a child on a Mac', () => {
  it('carry bytes both ways', async () => {
    const { handle, log } = await started();
    handle.stdin?.write(Buffer.from('question'), () => log.push('flushed'));
    const child = mac.lastChild;
    expect(mac.childReads(child, 0)).toBe('question');
    mac.childWrites(child, 1, 'answer');
    await settle();
    expect(log).toEqual(['spawn 70001', 'flushed', 'data answer']);
  });

  it('wait for room, and then write the rest', async () => {
    const { handle, log } = await started();
    handle.stdin?.write(Buffer.alloc(65_536), () => log.push('flushed all that fits'));
    handle.stdin?.write(Buffer.alloc(10), () => log.push('flushed the rest'));
    await settle();
    expect(log).toEqual(['spawn 70001', 'flushed all that fits']);
    expect(mac.childReads(mac.lastChild, 0)).toHaveLength(65_536);
    await settle();
    expect(mac.childReads(mac.lastChild, 0)).toHaveLength(10);
    expect(log).toEqual(['spawn 70001', 'flushed all that fits', 'flushed the rest']);
  });

  it('tell without a write that the child closed its input, and that its output has ended', async () => {
    const { log } = await started();
    mac.childWrites(mac.lastChild, 1, 'last');
    mac.childCloses(mac.lastChild, 1);
    await settle();
    mac.childCloses(mac.lastChild, 0);
    await settle();
    expect(log).toEqual(['spawn 70001', 'data last', 'output lost', 'input lost']);
  });

  it('leave the loop alone while nothing happens', async () => {
    const { handle } = await started();
    handle.stdin?.write(Buffer.from('x'), () => undefined);
    mac.childWrites(mac.lastChild, 1, 'x');
    await settle();
    const before = mac.wakeUps;
    await settle();
    expect(mac.wakeUps).toBe(before);
    // A child that reads what it was given wakes nobody.
    mac.childReads(mac.lastChild, 0);
    await settle();
    expect(mac.wakeUps).toBe(before);
  });
});

describe('the end of a child on a Mac', () => {
  it.each([
    ['with a code', 3 << 8, 'exit 3'],
    ['by a signal', 15, 'exit -15'],
    ['by a signal, with a core', 0x80 | 11, 'exit -11'],
  ])('is told (%s)', async (_how, waitStatus, line) => {
    const { log } = await started();
    mac.childEnds(mac.lastChild, waitStatus);
    await settle();
    expect(log).toContain(line);
  });

  it('is told also if the queue tells of it before there is anything to reap', async () => {
    const { log } = await started();
    const { pid } = mac.lastChild;
    mac.kernel.advance(pid, 'ending');
    await settle();
    expect(log).toEqual(['spawn 70001']);
    mac.kernel.advance(pid, 'zombie', 0);
    await until(() => log.length > 1);
    expect(log).toEqual(['spawn 70001', 'exit 0']);
  });

  it.each(['zombie', 'ending'] as const)(
    'is told also if it has ended when it is first watched (%s)',
    async (state) => {
      mac.onSpawned = ({ pid }) => {
        mac.kernel.advance(pid, state, 2 << 8);
      };
      const { log } = await started();
      mac.kernel.advance(mac.lastChild.pid, 'zombie', 2 << 8);
      await until(() => log.length > 1);
      expect(log).toEqual(['spawn 70001', 'exit 2']);
    },
  );

  it('is told as unknown, with a warning, if other code took the status', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { log } = await started();
    mac.kernel.advance(mac.lastChild.pid, 'gone');
    await settle();
    expect(log).toContain('exit 255');
    expect(warn.mock.calls).toMatchObject([[expect.any(String), { code: 'SUBWIRE_STATUS_STOLEN' }]]);
    warn.mockRestore();
  });
});

describe('a signal on a Mac', () => {
  it('goes to the child, and to its group, by number', async () => {
    const { handle } = await started({ startNewSession: true });
    expect([handle.kill('SIGTERM'), handle.kill('SIGKILL', 'group')]).toEqual(['sent', 'sent']);
    expect(mac.signals).toEqual(['15 to 70001', '9 to -70001']);
  });

  it('is not sent once the child has ended, and the end is told all the same', async () => {
    const { handle, log } = await started({ startNewSession: true });
    mac.kernel.advance(mac.lastChild.pid, 'zombie', 9);
    expect([handle.kill('SIGTERM'), handle.kill('SIGTERM', 'group'), handle.kill(0)]).toEqual(['gone', 'gone', 'gone']);
    expect(log).toEqual(['spawn 70001']);
    await settle();
    expect(log).toEqual(['spawn 70001', 'exit -9']);
    // Asked whether anybody is left in the group.
    expect([handle.kill('SIGTERM'), mac.signals]).toEqual(['gone', ['0 to -70001']]);
  });

  it('to the group of a child that has ended is refused as long as somebody has its number', async () => {
    const { handle, log } = await started({ startNewSession: true });
    mac.kernel.orphanGroups.add(70_001);
    mac.childEnds(mac.lastChild, 0);
    await settle();
    expect(log).toContain('exit 0');
    expect(() => handle.kill('SIGTERM', 'group')).toThrow(expect.objectContaining({ code: 'ERR_NOT_SUPPORTED' }));
    mac.kernel.orphanGroups.clear();
    expect(handle.kill('SIGTERM', 'group')).toBe('gone');
    expect(mac.signals.filter((signal) => !signal.startsWith('0 '))).toEqual([]);
  });

  it('to a group that ended under our hands reaches nobody', async () => {
    const { handle, log } = await started({ startNewSession: true });
    mac.onSignal = (pid) => {
      mac.kernel.advance(Math.abs(pid), 'zombie', 0);
    };
    expect(handle.kill('SIGTERM', 'group')).toBe('gone');
    await settle();
    expect(log).toContain('exit 0');
  });

  it('that the system refuses is an error', async () => {
    const { handle } = await started();
    expect(() => handle.kill(40)).toThrow('the child cannot be signalled');
  });
});
