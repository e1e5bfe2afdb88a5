/** The C functions that this package calls, as the other files see them; the names are theirs. */

/** An address. */
export type Address = bigint | number;

/** Memory that a call fills or reads; it need not survive the call. */
export type Memory = Uint8Array | Int32Array | BigUint64Array;

/** Called by libuv when a handle is ready; it says which and why, but there is one handle, and it has one reason. */
export type PollCallback = () => void;

/** What Linux alone has. */
export interface LinuxCalls {
  readonly platform: 'linux';
  epollCreate(flags: number): number;
  epollCtl(epfd: number, operation: number, fd: number, event: Memory | null): number;
  epollWait(epfd: number, events: Memory, maxEvents: number, timeoutMs: number): number;
  pidfdOpen(pid: number, flags: number): number;
  pidfdSendSignal(pidfd: number, signal: number, flags: number): number;
  /** The system call itself: `usage` is filled with a `struct rusage` of the child. */
  waitid(idType: number, id: number, info: Memory, options: number, usage: Memory): number;
}

/** What macOS alone has. */
export interface DarwinCalls {
  readonly platform: 'darwin';
  wait4(pid: number, status: Int32Array, options: number, usage: Memory): number;
  kqueue(): number;
  /** `changes` are made first; a `timeout` of `null` waits for ever. */
  kevent(
    queue: number,
    changes: Memory | null,
    changeCount: number,
    events: Memory | null,
    maxEvents: number,
    timeout: Memory | null,
  ): number;
}

/** What both have, or what is made to look the same. */
export interface Native {
  readonly system: LinuxCalls | DarwinCalls;
  errno(): number;
  /** With `O_CLOEXEC` and no other flag. */
  pipe2(fds: Int32Array, flags: number): number;
  /** Two connected stream sockets of the local kind, close-on-exec. */
  socketpair(fds: Int32Array): number;
  shutdown(fd: number, how: number): number;
  /** With flags that make no file. */
  open(path: string, flags: number): number;
  read(fd: number, buffer: Uint8Array, count: number): number;
  write(fd: number, buffer: Uint8Array, count: number): number;
  close(fd: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  kill(pid: number, signal: number): number;
  fileActionsInit(actions: Memory): number;
  fileActionsDestroy(actions: Memory): number;
  fileActionsAddDup2(actions: Memory, from: number, to: number): number;
  fileActionsAddClose(actions: Memory, fd: number): number;
  fileActionsAddOpen(actions: Memory, fd: number, path: string, flags: number, mode: number): number;
  fileActionsAddChdir(actions: Memory, path: Uint8Array): number;
  fileActionsAddFchdir(actions: Memory, fd: number): number;
  /** From glibc 2.34 on; macOS has a flag of the attributes instead. */
  readonly fileActionsAddCloseFrom: ((actions: Memory, fd: number) => number) | null;
  attrInit(attributes: Memory): number;
  attrDestroy(attributes: Memory): number;
  attrSetFlags(attributes: Memory, flags: number): number;
  attrSetSigDefault(attributes: Memory, signals: Memory): number;
  attrSetSigMask(attributes: Memory, signals: Memory): number;
  attrSetPgroup(attributes: Memory, group: number): number;
  /** All arguments are addresses; it returns the errno. The caller waits until the child has executed its program. */
  posixSpawn(pid: number, path: number, actions: number, attributes: number, argv: number, env: number): number;
  /** Returns the address of memory of more than 64 bytes, which stays where it is. */
  addressOf(memory: Uint8Array): number;
  /** The address of the variable `environ`. */
  readonly environ: number;
  /**
   * Copies memory of this process, which may have been given back meanwhile.
   * @param to - The address of as many `iovec`.
   * @param from - The same.
   * @returns the number of bytes that could be read, -1 if there are none. On macOS it always fails.
   */
  readOwnMemory(to: number, from: number, ranges: number): number;
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
