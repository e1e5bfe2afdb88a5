/** The functions of `ffi.ts` over a simulated macOS: its kernel, Apple's `posix_spawn`, and libuv's loop. */
import { setImmediate } from 'node:timers';
import type { Memory, Native } from '../../src/native/ffi.js';
import { EINVAL, SimulatedKernel } from './simulatedKernel.js';
import { SimulatedMemory } from './simulatedMemory.js';

const SETSID = 0x400;
const CLOEXEC_DEFAULT = 0x4000;
const OPEN_MAX = 10_240;

type Action =
  | { readonly kind: 'dup2'; readonly from: number; readonly to: number }
  | { readonly kind: 'open'; readonly fd: number; readonly path: string }
  | { readonly kind: 'chdir'; readonly path: string };

interface Attributes {
  flags: number;
  group: number | null;
  destroyed: boolean;
}

/** A child as its own eyes see it. */
export interface SimulatedChild {
  readonly pid: number;
  readonly path: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly directory: string | null;
  readonly flags: number;
  readonly group: number | null;
  /** Its descriptors, and by which number the kernel knows them. */
  readonly fds: ReadonlyMap<number, number>;
}

/** A Mac. */
export class SimulatedMac {
  readonly kernel = new SimulatedKernel();
  readonly children: SimulatedChild[] = [];
  readonly signals: string[] = [];
  /** What libuv called us for. */
  wakeUps = 0;
  /** How the next spawn ends. */
  spawnErrno = 0;
  /** Called before we are told of a child. */
  onSpawned: (child: SimulatedChild) => void = () => undefined;
  /** Called before a signal is delivered. */
  onSignal: (pid: number) => void = () => undefined;
  readonly native: Native;
  readonly #actions = new Map<Memory, Action[]>();
  readonly #attributes = new Map<Memory, Attributes>();
  readonly #callbacks = new Map<bigint, (handle: bigint) => void>();
  readonly #memory = new SimulatedMemory();
  #nextAddress = 1n;
  #nextPid = 70_001;
  /** The one handle. */
  #watched: { readonly fd: number; callback: bigint } | null = null;
  #scheduled = false;

  constructor() {
    this.kernel.onChange = () => {
      this.#turnLater();
    };
    this.native = this.#makeNative();
  }

  get lastChild(): SimulatedChild {
    return this.children.at(-1)!;
  }

  /** Structures that were initialized and are not destroyed. */
  get liveActions(): number {
    return this.#actions.size;
  }

  get liveAttributes(): number {
    return [...this.#attributes.values()].filter(({ destroyed }) => !destroyed).length;
  }

  childWrites(child: SimulatedChild, fd: number, text: string): void {
    this.kernel.write(child.fds.get(fd) ?? -1, Buffer.from(text), text.length);
  }

  childReads(child: SimulatedChild, fd: number): string {
    const buffer = Buffer.alloc(65_536);
    return buffer.toString('utf8', 0, this.kernel.read(child.fds.get(fd) ?? -1, buffer, buffer.length));
  }

  childCloses(child: SimulatedChild, fd: number): void {
    this.kernel.close(child.fds.get(fd) ?? -1);
  }

  /** The child ends, and can be reaped at once; nothing happens if it has been. */
  childEnds(child: SimulatedChild, waitStatus: number): void {
    for (const fd of child.fds.values()) {
      this.kernel.close(fd);
    }
    if (this.kernel.processes.get(child.pid)?.state !== 'gone') {
      this.kernel.advance(child.pid, 'zombie', waitStatus);
    }
  }

  /** Level-triggered, as libuv's loop: it calls again as long as the queue is ready. */
  #turnLater(): void {
    if (this.#scheduled || this.#watched === null) {
      return;
    }
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const watched = this.#watched;
      if (watched !== null && watched.callback !== 0n && this.kernel.isReady(watched.fd)) {
        this.wakeUps += 1;
        this.#callbacks.get(watched.callback)?.(0n);
        this.#turnLater();
      }
    });
  }

  #fail(errno: number): number {
    this.kernel.errno = errno;
    return -1;
  }

  #fcntl(fd: number, command: number, argument: number): number {
    const { kernel } = this;
    switch (command) {
      case -1:
        return -1;
      case 1:
        return kernel.openFds.includes(fd) || fd < 3 ? 0 : this.#fail(9);
      case 2:
        mark(kernel.closeOnExec, fd, (argument & 1) !== 0);
        return 0;
      case 4:
        mark(kernel.nonBlocking, fd, (argument & 4) !== 0);
        return 0;
      case 67: {
        const copy = fd < 3 ? kernel.open(`inherited ${fd}`) : kernel.duplicate(fd, argument);
        kernel.closeOnExec.add(copy);
        return copy;
      }
      default:
        throw new Error(`macOS has no command ${command} of fcntl`);
    }
  }

  #spawn(path: string, actions: Memory, attributes: Memory, argv: readonly string[], env: readonly string[]): number {
    const { flags, group, destroyed } = this.#attributes.get(attributes)!;
    if (destroyed) {
      throw new Error('the memory of a spawn is not what it has to be');
    }
    if ((flags & CLOEXEC_DEFAULT) === 0) {
      throw new Error('the child would have all descriptors');
    }
    const fds = new Map<number, number>();
    let directory: string | null = null;
    for (const action of this.#actions.get(actions)!) {
      switch (action.kind) {
        case 'dup2':
          fds.set(action.to, this.kernel.duplicate(action.from, 20_000));
          break;
        case 'open':
          fds.set(action.fd, this.kernel.open(action.path));
          break;
        case 'chdir':
          directory = action.path;
          break;
      }
    }
    const pid = this.#nextPid;
    this.#nextPid += 1;
    this.kernel.advance(pid, 'running');
    const child = { pid, path, argv, env, directory, flags, group, fds };
    this.children.push(child);
    this.onSpawned(child);
    return pid;
  }

  #makeNative(): Native {
    const { kernel } = this;
    const add = (actions: Memory, action: Action, ...fds: number[]): number => {
      if (fds.some((fd) => fd < 0 || fd >= OPEN_MAX)) {
        return 9;
      }
      this.#actions.get(actions)!.push(action);
      return 0;
    };
    const address = (): bigint => {
      this.#nextAddress += 1n;
      return this.#nextAddress;
    };
    const register = (callback: (handle: bigint) => void): bigint => {
      const at = address();
      this.#callbacks.set(at, callback);
      return at;
    };
    const notHere = (): never => {
      throw new Error('not on macOS');
    };
    return {
      system: {
        platform: 'darwin',
        wait4: (pid, status) => kernel.waitpid(pid, status),
        kqueue: () => kernel.kqueue(),
        kevent: (...args) => kernel.kevent(...args),
      },
      errno: () => kernel.errno,
      socketpair: () => -1,
      shutdown: () => -1,
      addressOf: (memory) => this.#memory.addressOf(memory),
      pipe2: (fds) => {
        kernel.pipe(fds);
        fds.forEach((fd) => kernel.closeOnExec.add(fd));
        return 0;
      },
      // Only on Linux is a directory opened.
      open: notHere,
      read: (fd, buffer, count) => kernel.read(fd, buffer, count),
      write: (fd, buffer, count) => kernel.write(fd, buffer, count),
      close: (fd) => kernel.close(fd),
      fcntl: (fd, command, argument) => this.#fcntl(fd, command, argument),
      kill: (pid, signal) => {
        if (signal > 31) {
          return this.#fail(EINVAL);
        }
        this.signals.push(`${signal} to ${pid}`);
        this.onSignal(pid);
        return kernel.kill(pid);
      },
      fileActionsInit: (actions) => {
        this.#actions.set(actions, []);
        return 0;
      },
      fileActionsDestroy: (actions) => (this.#actions.delete(actions) ? 0 : EINVAL),
      fileActionsAddDup2: (actions, from, to) => add(actions, { kind: 'dup2', from, to }, from, to),
      // Closing what is not open fails the whole spawn there, so nothing may ask for it.
      fileActionsAddClose: notHere,
      fileActionsAddOpen: (actions, fd, path) => add(actions, { kind: 'open', fd, path }, fd),
      fileActionsAddChdir: (actions, path) =>
        add(actions, { kind: 'chdir', path: Buffer.from(path.subarray(0, path.indexOf(0))).toString() }),
      fileActionsAddFchdir: notHere,
      fileActionsAddCloseFrom: null,
      attrInit: (attributes) => {
        this.#attributes.set(attributes, { flags: 0, group: null, destroyed: false });
        return 0;
      },
      attrDestroy: (attributes) => {
        this.#attributes.get(attributes)!.destroyed = true;
        return 0;
      },
      attrSetFlags: (attributes, flags) => {
        this.#attributes.get(attributes)!.flags = flags;
        return (flags & ~(0xe | SETSID | CLOEXEC_DEFAULT)) === 0 ? 0 : EINVAL;
      },
      attrSetSigDefault: (_attributes, signals) => (signals.byteLength >= 4 ? 0 : EINVAL),
      attrSetSigMask: (_attributes, signals) => (signals.byteLength >= 4 ? 0 : EINVAL),
      attrSetPgroup: (attributes, group) => {
        this.#attributes.get(attributes)!.group = group;
        return 0;
      },
      posixSpawn: (pid, path, actions, attributes, argv, env) => {
        if (this.spawnErrno !== 0) {
          return this.spawnErrno;
        }
        const memory = this.#memory;
        const child = this.#spawn(
          memory.stringAt(path),
          memory.pieceAt(actions),
          memory.pieceAt(attributes),
          memory.stringsAt(argv),
          memory.stringsAt(env),
        );
        memory.at(pid).writeInt32LE(child, 0);
        return 0;
      },
      environ: 0,
      readOwnMemory: () => -1,
      uvDefaultLoop: () => 1n,
      uvPollInit: (_loop, _handle, fd) => {
        this.#watched = { fd, callback: 0n };
        return 0;
      },
      uvPollStart: (_handle, _events, callback) => {
        this.#watched!.callback = BigInt(callback);
        this.#turnLater();
        return 0;
      },
      uvPollStop: () => {
        this.#watched = null;
        return 0;
      },
      uvRef: () => undefined,
      uvUnref: () => undefined,
      uvClose: (_handle, callback) => {
        setImmediate(() => this.#callbacks.get(BigInt(callback))?.(0n));
      },
      allocatePollHandle: address,
      free: () => undefined,
      registerPollCallback: register,
      registerCloseCallback: register,
      unregister: (callback) => {
        this.#callbacks.delete(callback);
      },
    };
  }
}

function mark(set: Set<number>, fd: number, wanted: boolean): void {
  if (wanted) {
    set.add(fd);
  } else {
    set.delete(fd);
  }
}
