/**
 * What the system refuses while a child is started and watched: each call that makes a descriptor or a registration fails in
 * turn, once or from then on, on top of a real kernel.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { SubprocessBackend, SpawnError } from '@subwire/transport';
import type * as Posix from '../src/index.js';
import { posixBackend } from '../src/index.js';
import type * as Ffi from '../src/native/ffi.js';
import type { Native } from '../src/native/ffi.js';
import { finish, start } from './helpers/child.js';

const ENOMEM = 12;
const EMFILE = 24;
const ENOSPC = 28;

const F_DUPFD_CLOEXEC = 1030;
const EPOLL_CTL_ADD = 1;

type Kind = 'descriptor' | 'registration';

/** Says which of the calls are refused, by their number, and counts them. */
const refusal = {
  kinds: ['descriptor'] as readonly Kind[],
  errno: EMFILE,
  calls: 0,
  refuses: (_call: number): boolean => false,
};

jest.mock('../src/native/ffi.js', () => {
  const { native } = jest.requireActual<typeof Ffi>('../src/native/ffi.js');
  const real = native();
  const system = real.system as Extract<Native['system'], { platform: 'linux' }>;
  let refused = false;
  /** Makes the call, or refuses it. */
  const may = (kind: Kind, call: () => number): number => {
    refused = false;
    if (refusal.kinds.includes(kind)) {
      refusal.calls += 1;
      refused = refusal.refuses(refusal.calls);
    }
    return refused ? -1 : call();
  };
  const always = (call: () => number): number => {
    refused = false;
    return call();
  };
  const refusing: Native = {
    ...real,
    errno: () => (refused ? refusal.errno : real.errno()),
    read: (fd, buffer, count) => always(() => real.read(fd, buffer, count)),
    write: (fd, buffer, count) => always(() => real.write(fd, buffer, count)),
    kill: (pid, signal) => always(() => real.kill(pid, signal)),
    pipe2: (fds, flags) => may('descriptor', () => real.pipe2(fds, flags)),
    open: (path, flags) => may('descriptor', () => real.open(path, flags)),
    fcntl: (fd, command, argument) =>
      command === F_DUPFD_CLOEXEC
        ? may('descriptor', () => real.fcntl(fd, command, argument))
        : always(() => real.fcntl(fd, command, argument)),
    uvPollInit: (loop, handle, fd) =>
      may('registration', () => real.uvPollInit(loop, handle, fd)) === -1 ? -refusal.errno : 0,
    system: {
      ...system,
      epollCreate: (flags) => may('descriptor', () => system.epollCreate(flags)),
      epollCtl: (epfd, operation, fd, event) =>
        operation === EPOLL_CTL_ADD
          ? may('registration', () => system.epollCtl(epfd, operation, fd, event))
          : always(() => system.epollCtl(epfd, operation, fd, event)),
      epollWait: (epfd, events, most, timeoutMs) => always(() => system.epollWait(epfd, events, most, timeoutMs)),
      pidfdOpen: (pid, flags) => may('descriptor', () => system.pidfdOpen(pid, flags)),
      pidfdSendSignal: (pidfd, signal, flags) => always(() => system.pidfdSendSignal(pidfd, signal, flags)),
      waitid: (idType, id, info, options, usage) => always(() => system.waitid(idType, id, info, options, usage)),
    },
  };
  return { native: () => refusing };
});

afterEach(() => {
  refusal.refuses = () => false;
});

function children(): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
        return Number(parent) === process.pid ? [`${pid} ${state}`] : [];
      } catch {
        return [];
      }
    });
}

type Start = (backend: SubprocessBackend) => Promise<string>;

/** Starts a child with pipes, and tells what came of it. */
const outcome: Start = async (backend) => {
  try {
    const child = await start('/bin/sh', ['-c', 'read line; echo $line'], { startNewSession: true, backend });
    child.transport.getPipeTransport(0)?.write(Buffer.from('hello\n'));
    const [returncode, stdout] = await finish(child);
    return `${returncode} ${stdout.trim()}`;
  } catch (thrown) {
    const error = thrown as SpawnError;
    return `${error.name} ${error.code} ${error.stage} ${error.mayHaveRun}`;
  }
};

/** Returns a copy of the backend that has everything still to open, and no start thread. */
function newBackend(): SubprocessBackend {
  let backend = posixBackend;
  jest.isolateModules(() => {
    backend = jest.requireActual<typeof Posix>('../src/index.js').posixBackend;
  });
  return backend;
}

/** How many refusable calls a start needs. */
async function countCalls(backend: SubprocessBackend): Promise<number> {
  refusal.calls = 0;
  expect(await outcome(backend)).toBe('0 hello');
  return refusal.calls;
}

const allowed = /^(0 hello|SpawnError (EMFILE|ENOMEM|ENOSPC) (stdio|spawn|watch) false)$/;

/** Children of the test runner itself. */
const others = children();

describe.each<[string, number, readonly Kind[]]>([
  ['a descriptor (EMFILE)', EMFILE, ['descriptor']],
  ['a registration (ENOSPC)', ENOSPC, ['registration']],
  ['memory for either (ENOMEM)', ENOMEM, ['descriptor', 'registration']],
])('without %s', (_title, errno, kinds) => {
  describe.each([
    ['for one call', (call: number, nth: number) => call === nth],
    ['from one call on', (call: number, nth: number) => call >= nth],
  ])('%s, whichever it is,', (_when, isRefused) => {
    /** Refuses one call after the other, and returns what came of it. */
    async function refuseEach(calls: number, backendFor: () => SubprocessBackend): Promise<string[]> {
      const seen = new Set<string>();
      for (let nth = 1; nth <= calls + 1; nth += 1) {
        const backend = backendFor();
        refusal.calls = 0;
        refusal.refuses = (call) => isRefused(call, nth);
        const result = await outcome(backend);
        refusal.refuses = () => false;
        expect([nth, result, children()]).toEqual([nth, expect.stringMatching(allowed), others]);
        seen.add(result.split(' ')[0] ?? '');
        expect(await outcome(posixBackend)).toBe('0 hello');
      }
      return [...seen].sort();
    }

    it('the first child of all runs or its creation is rejected', async () => {
      Object.assign(refusal, { errno, kinds });
      const calls = await countCalls(newBackend());
      expect(calls).toBeGreaterThan(0);
      // The last ones are of the watch, without which the child still runs.
      expect(await refuseEach(calls, newBackend)).toEqual(['0', 'SpawnError']);
    });

    it('a child of a backend in use runs or its creation is rejected', async () => {
      Object.assign(refusal, { errno, kinds });
      const calls = await countCalls(posixBackend);
      expect(calls).toBeGreaterThan(0);
      expect(await refuseEach(calls, () => posixBackend)).toEqual(['0', 'SpawnError']);
    });
  });
});
