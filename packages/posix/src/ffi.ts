/**
 * The only file that knows koffi: the C functions that this package calls, typed.
 *
 * 1. `errno()` is read right after the call, before anything else runs: koffi and V8 make system calls too.
 * 2. Types are spelled out at each function and none gets a name: names are global in koffi, and a second copy of this
 *    package would collide with the first.
 * 3. Memory for results is a typed array of ours, used again for every call.
 * 4. What the C library lacks in an older version is `null` here; what it cannot lack makes `native()` throw.
 */
import { loadKoffi } from '../loadKoffi.cjs';

/** An address. */
export type Address = bigint | number;

/** Memory that a call fills or reads; it need not survive the call. */
export type Memory = Uint8Array | Int32Array | BigUint64Array;

/** Called by libuv when a handle is ready; it says which and why, but there is one handle, and it has one reason. */
export type PollCallback = () => void;

/** Takes the result of a call that ran on a pool thread. */
export type AsyncResult = (error: unknown, result: number) => void;

/** The C functions; the names are theirs. */
export interface Native {
  errno(): number;
  pipe2(fds: Int32Array, flags: number): number;
  read(fd: number, buffer: Uint8Array, count: number): number;
  write(fd: number, buffer: Uint8Array, count: number): number;
  close(fd: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  epollCreate(flags: number): number;
  epollCtl(epfd: number, operation: number, fd: number, event: Memory | null): number;
  epollWait(epfd: number, events: Memory, maxEvents: number, timeoutMs: number): number;
  pidfdOpen(pid: number, flags: number): number;
  pidfdSendSignal(pidfd: number, signal: number, flags: number): number;
  kill(pid: number, signal: number): number;
  waitid(idType: number, id: number, info: Memory, options: number): number;
  prlimit(pid: number, resource: number, newLimit: BigUint64Array | null, oldLimit: BigUint64Array | null): number;
  fileActionsInit(actions: Memory): number;
  fileActionsDestroy(actions: Memory): number;
  fileActionsAddDup2(actions: Memory, from: number, to: number): number;
  fileActionsAddClose(actions: Memory, fd: number): number;
  fileActionsAddOpen(actions: Memory, fd: number, path: string, flags: number, mode: number): number;
  fileActionsAddChdir(actions: Memory, path: string): number;
  /** From glibc 2.34 on. */
  readonly fileActionsAddCloseFrom: ((actions: Memory, fd: number) => number) | null;
  attrInit(attributes: Memory): number;
  attrSetFlags(attributes: Memory, flags: number): number;
  attrSetSigDefault(attributes: Memory, signals: Memory): number;
  attrSetSigMask(attributes: Memory, signals: Memory): number;
  attrSetPgroup(attributes: Memory, group: number): number;
  /** Runs on a pool thread; koffi keeps the memory of all arguments until `done` was called. */
  posixSpawnAsync(
    pid: Int32Array,
    path: string,
    actions: Memory,
    attributes: Memory,
    argv: readonly (string | null)[],
    env: readonly (string | null)[] | BigUint64Array,
    done: AsyncResult,
  ): void;
  /** The address of the variable `environ`. */
  readonly environ: bigint;
  copyMemory(to: BigUint64Array, from: Address, bytes: number): void;
  uvDefaultLoop(): bigint;
  uvPollInit(loop: Address, handle: Address, fd: number): number;
  uvPollStart(handle: Address, events: number, callback: Address): number;
  uvPollStop(handle: Address): number;
  uvRef(handle: Address): void;
  uvUnref(handle: Address): void;
  uvClose(handle: Address, callback: Address): void;
  /** Returns zeroed memory for a `uv_poll_t` that the garbage collector knows nothing of. */
  allocatePollHandle(): bigint;
  free(address: Address): void;
  registerPollCallback(callback: PollCallback): bigint;
  registerCloseCallback(callback: (handle: bigint) => void): bigint;
  unregister(callback: bigint): void;
}

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

function load(): Native {
  const koffi = loadKoffi();
  const lib = koffi.load(null);
  const bind = <F extends AnyFunction>(name: string, result: string, args: string[]): F =>
    lib.func(name, result, args) as unknown as F;
  const optional = <F extends AnyFunction>(name: string, result: string, args: string[]): F | null => {
    try {
      return bind<F>(name, result, args);
    } catch (missing) {
      void missing;
      return null;
    }
  };
  // Another C library has another layout of the attributes, and other signal numbers of its own.
  bind('gnu_get_libc_version', 'str', []);
  const syscall = bind<(number: number, a: number, b: number, c: number, d: number) => number>('syscall', 'long', [
    'long',
    'long',
    'long',
    'long',
    'long',
  ]);
  const spawnArguments = ['void *', 'str', 'void *', 'void *', 'str *'];
  const spawnWithStrings = lib.func('posix_spawn', 'int', [...spawnArguments, 'str *']);
  const spawnWithPointers = lib.func('posix_spawn', 'int', [...spawnArguments, 'void *']);
  const handleSize = bind<(type: number) => number | bigint>('uv_handle_size', 'size_t', ['int'])(UV_POLL);
  // Arguments that a function does not look at cost nothing, in the calling conventions of all machines that are supported.
  const pollCallback = koffi.pointer(koffi.proto('void', []));
  const closeCallback = koffi.pointer(koffi.proto('void', ['uintptr_t']));
  const actions = 'posix_spawn_file_actions_';
  return {
    errno: () => koffi.errno(),
    pipe2: bind('pipe2', 'int', ['void *', 'int']),
    read: bind('read', 'intptr_t', ['int', 'void *', 'size_t']),
    write: bind('write', 'intptr_t', ['int', 'void *', 'size_t']),
    close: bind('close', 'int', ['int']),
    fcntl: bind('fcntl', 'int', ['int', 'int', 'long']),
    epollCreate: bind('epoll_create1', 'int', ['int']),
    epollCtl: bind('epoll_ctl', 'int', ['int', 'int', 'int', 'void *']),
    epollWait: bind('epoll_wait', 'int', ['int', 'void *', 'int', 'int']),
    pidfdOpen: (pid, flags) => syscall(SYS_pidfd_open, pid, flags, 0, 0),
    pidfdSendSignal: (pidfd, signal, flags) => syscall(SYS_pidfd_send_signal, pidfd, signal, 0, flags),
    kill: bind('kill', 'int', ['int', 'int']),
    waitid: bind('waitid', 'int', ['int', 'int', 'void *', 'int']),
    prlimit: bind('prlimit', 'int', ['int', 'int', 'void *', 'void *']),
    fileActionsInit: bind(`${actions}init`, 'int', ['void *']),
    fileActionsDestroy: bind(`${actions}destroy`, 'int', ['void *']),
    fileActionsAddDup2: bind(`${actions}adddup2`, 'int', ['void *', 'int', 'int']),
    fileActionsAddClose: bind(`${actions}addclose`, 'int', ['void *', 'int']),
    fileActionsAddOpen: bind(`${actions}addopen`, 'int', ['void *', 'int', 'str', 'int', 'int']),
    fileActionsAddChdir: bind(`${actions}addchdir_np`, 'int', ['void *', 'str']),
    fileActionsAddCloseFrom: optional(`${actions}addclosefrom_np`, 'int', ['void *', 'int']),
    attrInit: bind('posix_spawnattr_init', 'int', ['void *']),
    attrSetFlags: bind('posix_spawnattr_setflags', 'int', ['void *', 'short']),
    attrSetSigDefault: bind('posix_spawnattr_setsigdefault', 'int', ['void *', 'void *']),
    attrSetSigMask: bind('posix_spawnattr_setsigmask', 'int', ['void *', 'void *']),
    attrSetPgroup: bind('posix_spawnattr_setpgroup', 'int', ['void *', 'int']),
    posixSpawnAsync: (pid, path, fileActions, attributes, argv, env, done) => {
      const spawn = env instanceof BigUint64Array ? spawnWithPointers : spawnWithStrings;
      spawn.async(pid, path, fileActions, attributes, argv, env, done);
    },
    environ: koffi.address(lib.symbol('environ')),
    copyMemory: bind('memcpy', 'void', ['void *', 'uintptr_t', 'size_t']),
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

// The numbers of these two are the same on every architecture.
const SYS_pidfd_send_signal = 424;
const SYS_pidfd_open = 434;
