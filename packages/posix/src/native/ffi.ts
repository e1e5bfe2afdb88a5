/**
 * The only file that knows koffi, and every signature.
 *
 * 1. `errno()` is read right after the call, before anything else runs: koffi and V8 make system calls too.
 * 2. Types are spelled out at each function and none gets a name: names are global in koffi, and a second copy of this
 *    package would collide with the first.
 * 3. Memory for results is a typed array of ours, used again for every call.
 *    Memory that outlives a call is passed by its address. A typed array of more than 64 bytes is never moved; whoever passes
 *    its address keeps a reference to it as long.
 * 4. What only one system has is looked up on that system alone. What the C library lacks in an older version is `null`
 *    here; what it cannot lack makes `native()` throw.
 */
import { loadKoffi } from '../../loadKoffi.cjs';
import { O_CLOEXEC } from './constants.js';
import { letProcessExit } from './exitOfKoffi.js';
import type { Memory, Native } from './nativeTypes.js';

export type { DarwinCalls, LinuxCalls, Memory, Native } from './nativeTypes.js';

/** `UV_POLL` of `uv_handle_type`. */
const UV_POLL = 8;

let loaded: Native | null = null;

/**
 * Returns the C functions; loads them at the first call.
 *
 * @throws if koffi has no binary for this machine, or a function is missing: another C library, another runtime.
 */
export function native(): Native {
  loaded ??= load();
  return loaded;
}

type AnyFunction = (...args: never[]) => unknown;

type Bind = <F extends AnyFunction>(name: string, result: string, args: string[]) => F;

type SocketPair = (domain: number, type: number, protocol: number, fds: Int32Array) => number;

type RawWaitid = (number: number, idType: number, id: number, info: Memory, options: number, usage: Memory) => number;

const SOCKET_PAIR_ARGUMENTS = ['int', 'int', 'int', 'void *'];

/** What each system has in a form of its own. */
type SystemPart = Pick<
  Native,
  'environ' | 'fcntl' | 'fileActionsAddCloseFrom' | 'pipe2' | 'readOwnMemory' | 'socketpair' | 'system'
>;

const ACTIONS = 'posix_spawn_file_actions_';

function load(): Native {
  const koffi = loadKoffi();
  letProcessExit();
  const lib = koffi.load(null);
  const bind: Bind = <F extends AnyFunction>(name: string, result: string, args: string[]) =>
    lib.func(name, result, args) as unknown as F;
  const part = process.platform === 'darwin' ? darwinPart(bind) : linuxPart(bind, koffi);
  const handleSize = bind<(type: number) => number | bigint>('uv_handle_size', 'size_t', ['int'])(UV_POLL);
  // Arguments that a function does not look at cost nothing, in the calling conventions of all machines that are supported.
  const pollCallback = koffi.pointer(koffi.proto('void', []));
  const closeCallback = koffi.pointer(koffi.proto('void', ['uintptr_t']));
  // One literal and no spread: an object put together from parts is a slow one, and some of these run for every chunk.
  return {
    system: part.system,
    errno: () => koffi.errno(),
    pipe2: part.pipe2,
    socketpair: part.socketpair,
    shutdown: bind('shutdown', 'int', ['int', 'int']),
    // Variadic, but nothing stands for the dots.
    open: bind('open', 'int', ['str', 'int']),
    read: bind('read', 'intptr_t', ['int', 'void *', 'size_t']),
    write: bind('write', 'intptr_t', ['int', 'void *', 'size_t']),
    close: bind('close', 'int', ['int']),
    fcntl: part.fcntl,
    kill: bind('kill', 'int', ['int', 'int']),
    fileActionsInit: bind(`${ACTIONS}init`, 'int', ['void *']),
    fileActionsDestroy: bind(`${ACTIONS}destroy`, 'int', ['void *']),
    fileActionsAddDup2: bind(`${ACTIONS}adddup2`, 'int', ['void *', 'int', 'int']),
    fileActionsAddClose: bind(`${ACTIONS}addclose`, 'int', ['void *', 'int']),
    fileActionsAddOpen: bind(`${ACTIONS}addopen`, 'int', ['void *', 'int', 'str', 'int', 'int']),
    // On macOS from 10.15 on, like POSIX_SPAWN_SETSID, which an older one would ignore in silence.
    fileActionsAddChdir: bind(`${ACTIONS}addchdir_np`, 'int', ['void *', 'void *']),
    fileActionsAddFchdir: bind(`${ACTIONS}addfchdir_np`, 'int', ['void *', 'int']),
    fileActionsAddCloseFrom: part.fileActionsAddCloseFrom,
    attrInit: bind('posix_spawnattr_init', 'int', ['void *']),
    attrDestroy: bind('posix_spawnattr_destroy', 'int', ['void *']),
    attrSetFlags: bind('posix_spawnattr_setflags', 'int', ['void *', 'short']),
    attrSetSigDefault: bind('posix_spawnattr_setsigdefault', 'int', ['void *', 'void *']),
    attrSetSigMask: bind('posix_spawnattr_setsigmask', 'int', ['void *', 'void *']),
    attrSetPgroup: bind('posix_spawnattr_setpgroup', 'int', ['void *', 'int']),
    posixSpawn: bind('posix_spawn', 'int', Array<string>(6).fill('uintptr_t')),
    addressOf: (memory) => Number(koffi.address(memory)),
    environ: part.environ,
    readOwnMemory: part.readOwnMemory,
    uvDefaultLoop: bind('uv_default_loop', 'uintptr_t', []),
    uvPollInit: bind('uv_poll_init', 'int', ['uintptr_t', 'uintptr_t', 'int']),
    uvPollStart: bind('uv_poll_start', 'int', ['uintptr_t', 'int', 'uintptr_t']),
    uvPollStop: bind('uv_poll_stop', 'int', ['uintptr_t']),
    uvRef: bind('uv_ref', 'void', ['uintptr_t']),
    uvUnref: bind('uv_unref', 'void', ['uintptr_t']),
    uvClose: bind('uv_close', 'void', ['uintptr_t', 'uintptr_t']),
    allocatePollHandle: () => koffi.address(koffi.alloc('uint8_t', Number(handleSize))),
    free: (address) => {
      koffi.free(address);
    },
    registerPollCallback: (callback) => koffi.register(callback, pollCallback),
    registerCloseCallback: (callback) => koffi.register(callback, closeCallback),
    unregister: (callback) => {
      koffi.unregister(callback);
    },
  };
}

const AF_UNIX = 1;
const SOCK_STREAM = 1;

// The numbers of these two are the same on every architecture.
const SYS_pidfd_send_signal = 424;
const SYS_pidfd_open = 434;
const SYS_waitid = process.arch === 'x64' ? 247 : 95;

type Koffi = ReturnType<typeof loadKoffi>;

function linuxPart(bind: Bind, koffi: Koffi): SystemPart {
  // Another C library has another layout of the attributes, and other signal numbers of its own.
  bind('gnu_get_libc_version', 'str', []);
  const syscallArguments = ['long', 'long', 'long', 'long', 'long'];
  const syscall = bind<(number: number, a: number, b: number, c: number, d: number) => number>(
    'syscall',
    'long',
    syscallArguments,
  );
  const waitid = bind<RawWaitid>('syscall', 'long', ['long', 'long', 'long', 'void *', 'long', 'void *']);
  const socketpair = bind<SocketPair>('socketpair', 'int', SOCKET_PAIR_ARGUMENTS);
  type ReadMemory = (
    pid: number,
    to: number,
    toCount: number,
    from: number,
    fromCount: number,
    flags: number,
  ) => number;
  const readArguments = ['int', 'uintptr_t', 'ulong', 'uintptr_t', 'ulong', 'ulong'];
  const readMemory = bind<ReadMemory>('process_vm_readv', 'intptr_t', readArguments);
  const { pid } = process;
  return {
    system: {
      platform: 'linux',
      epollCreate: bind('epoll_create1', 'int', ['int']),
      epollCtl: bind('epoll_ctl', 'int', ['int', 'int', 'int', 'void *']),
      epollWait: bind('epoll_wait', 'int', ['int', 'void *', 'int', 'int']),
      pidfdOpen: (pid, flags) => syscall(SYS_pidfd_open, pid, flags, 0, 0),
      pidfdSendSignal: (pidfd, signal, flags) => syscall(SYS_pidfd_send_signal, pidfd, signal, 0, flags),
      // The function of the C library has no last argument.
      waitid: (idType, id, info, options, usage) => waitid(SYS_waitid, idType, id, info, options, usage),
    },
    environ: Number(koffi.address(koffi.load(null).symbol('environ'))),
    pipe2: bind('pipe2', 'int', ['void *', 'int']),
    // SOCK_CLOEXEC has the value of O_CLOEXEC.
    socketpair: (fds) => socketpair(AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, fds),
    fcntl: bind('fcntl', 'int', ['int', 'int', 'long']),
    readOwnMemory: (to, from, ranges) => readMemory(pid, to, ranges, from, ranges, 0),
    fileActionsAddCloseFrom: orNull(() => bind(`${ACTIONS}addclosefrom_np`, 'int', ['void *', 'int'])),
  };
}

const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** Written after Apple's headers and sources, and never run. */
function darwinPart(bind: Bind): SystemPart {
  const pipe = bind<(fds: Int32Array) => number>('pipe', 'int', ['void *']);
  // On Apple's arm64 what `...` stands for is passed on the stack. As a whole word: some commands read a pointer there.
  const variadic = bind<(fd: number, command: number, type: 'long', argument: number) => number>('fcntl', 'int', [
    'int',
    'int',
    '...',
  ]);
  const fcntl = (fd: number, command: number, argument: number): number => variadic(fd, command, 'long', argument);
  const socketpair = bind<SocketPair>('socketpair', 'int', SOCKET_PAIR_ARGUMENTS);
  const closeOnExec = (result: number, fds: Int32Array): number => {
    if (result === 0) {
      // A child that foreign code starts in between has both ends; ours close what they were not given.
      fcntl(fds[0] ?? -1, F_SETFD, FD_CLOEXEC);
      fcntl(fds[1] ?? -1, F_SETFD, FD_CLOEXEC);
    }
    return result;
  };
  return {
    system: {
      platform: 'darwin',
      wait4: bind('wait4', 'int', ['int', 'void *', 'int', 'void *']),
      kqueue: bind('kqueue', 'int', []),
      kevent: bind('kevent', 'int', ['int', 'void *', 'int', 'void *', 'int', 'void *']),
    },
    // Exported by an executable, but not by a library that loads Node; this function works in both.
    environ: Number(bind<() => bigint | number>('_NSGetEnviron', 'uintptr_t', [])()),
    pipe2: (fds) => closeOnExec(pipe(fds), fds),
    socketpair: (fds) => closeOnExec(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), fds),
    // A command that macOS does not have has a negative number in `constants.ts`.
    fcntl: (fd, command, argument) => (command < 0 ? -1 : fcntl(fd, command, argument)),
    readOwnMemory: () => -1,
    fileActionsAddCloseFrom: null,
  };
}

function orNull<T>(look: () => T): T | null {
  try {
    return look();
  } catch (missing) {
    void missing;
    return null;
  }
}
