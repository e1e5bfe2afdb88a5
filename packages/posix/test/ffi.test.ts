/** Which functions are looked up on which system, and how those of macOS are called that exist here too. */
import { closeSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { loadKoffi } from '../loadKoffi.cjs';
import type { Native } from '../src/native/ffi.js';

const F_GETFD = 1;
const FD_CLOEXEC = 1;

// While the platform is what it is: koffi looks for the binary of the platform.
const koffi = loadKoffi();

const here = Object.getOwnPropertyDescriptor(process, 'platform')!;
let signatures: Map<string, string>;
let calls: string[];

/** koffi, with functions of another system that do nothing. */
function koffiWith(stubs: Readonly<Record<string, number | bigint>>): typeof koffi {
  const lib = koffi.load(null);
  const func = (name: string, result: string, args: string[]): unknown => {
    signatures.set(name, `${result} (${args.join(', ')})`);
    const stub = stubs[name];
    const real = stub === undefined ? (lib.func(name, result, args) as (...values: unknown[]) => unknown) : () => stub;
    const called = (...values: unknown[]): unknown => {
      calls.push(`${name} ${values.join(' ')}`);
      return real(...values);
    };
    return Object.assign(called, real);
  };
  return {
    ...koffi,
    load: () => ({ func, symbol: (name: string): unknown => lib.symbol(name) }),
  } as unknown as typeof koffi;
}

async function nativeOf(platform: string, stubs: Readonly<Record<string, number | bigint>> = {}): Promise<Native> {
  Object.defineProperty(process, 'platform', { ...here, value: platform });
  jest.doMock('../loadKoffi.cjs', () => ({ loadKoffi: () => koffiWith(stubs) }));
  const { native } = await import('../src/native/ffi.js');
  return native();
}

const onMac = (): Promise<Native> => nativeOf('darwin', { kqueue: 9, kevent: 0, _NSGetEnviron: 4_096n });

beforeEach(() => {
  jest.resetModules();
  signatures = new Map();
  calls = [];
});

afterAll(() => {
  Object.defineProperty(process, 'platform', here);
});

const onLinux = process.platform === 'linux' ? it : it.skip;

describe('the functions', () => {
  onLinux('of Linux are looked up on Linux alone', async () => {
    expect((await nativeOf('linux')).system.platform).toBe('linux');
    const linux = [...signatures.keys()];
    jest.resetModules();
    signatures.clear();
    expect((await onMac()).system.platform).toBe('darwin');
    const darwin = [...signatures.keys()];
    expect(linux.filter((name) => !darwin.includes(name)).sort()).toEqual([
      'epoll_create1',
      'epoll_ctl',
      'epoll_wait',
      'gnu_get_libc_version',
      'pipe2',
      'posix_spawn_file_actions_addclosefrom_np',
      'process_vm_readv',
      'syscall',
    ]);
    expect(darwin.filter((name) => !linux.includes(name)).sort()).toEqual([
      '_NSGetEnviron',
      'kevent',
      'kqueue',
      'pipe',
      'wait4',
    ]);
  });

  onLinux('of macOS have the signatures of its headers', async () => {
    const c = await onMac();
    expect(c.environ).toBe(4_096);
    expect(signatures.get('kevent')).toBe('int (int, void *, int, void *, int, void *)');
    // Without the dots, Apple's arm64 would pass the argument where nobody looks for it.
    expect(signatures.get('fcntl')).toBe('int (int, int, ...)');
    expect(signatures.get('posix_spawnattr_setflags')).toBe('int (void *, short)');
  });

  onLinux('make a pipe on macOS that no child inherits', async () => {
    const c = await onMac();
    const fds = new Int32Array(2);
    expect(c.pipe2(fds, 0x100_0000)).toBe(0);
    expect([...fds].map((fd) => c.fcntl(fd, F_GETFD, 0))).toEqual([FD_CLOEXEC, FD_CLOEXEC]);
    expect(calls.slice(-2)).toEqual([...fds].map((fd) => `fcntl ${fd} 1 long 0`));
    fds.forEach(closeSync);
  });

  onLinux('ask macOS for nothing that it does not have', async () => {
    const c = await onMac();
    const { F_SETPIPE_SZ } = await import('../src/native/constants.js');
    calls = [];
    expect([c.fcntl(1, F_SETPIPE_SZ, 65_536), c.readOwnMemory(0, 0, 1)]).toEqual([-1, -1]);
    expect(calls).toEqual([]);
  });
});

describe('the numbers', () => {
  it('are those that this Node was compiled with', async () => {
    Object.defineProperty(process, 'platform', here);
    const { constants: files } = await import('node:fs');
    const { constants: system } = await import('node:os');
    const numbers = (await import('../src/native/constants.js')) as unknown as Record<string, number>;
    const known: Record<string, number> = { ...files, ...system.errno };
    const names = Object.keys(numbers).filter((name) => name in known);
    expect(names.length).toBeGreaterThan(10);
    expect(names.map((name) => [name, numbers[name]])).toEqual(names.map((name) => [name, known[name]]));
  });
});
