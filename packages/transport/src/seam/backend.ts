import type { ChildHandle } from './childHandle.js';
import type { Clock } from '../contract/clock.js';
import type { SignalScope } from '../contract/signals.js';
import type { PipeEnd, StdioSlot } from '../contract/stdio.js';

/**
 * What a backend can do, as data: public, stable while the backend lives, and checked by the compliance suite, which also
 * checks that a declared lack is real.
 */
export interface BackendCapabilities {
  /** Whose number `getPid()` is: of a process here, of one elsewhere, or nobody's (it is `null`). */
  readonly pids: 'local' | 'remote' | 'none';
  /** The signals that reach the child: all that this system has, or the named ones. */
  readonly signals: 'all' | readonly NodeJS.Signals[];
  /** Whom a signal can reach. */
  readonly signalScopes: readonly SignalScope[];
  /** Death by a real-time signal is told apart from an exit. */
  readonly realtimeSignals: boolean;
  /** Option `startNewSession`. */
  readonly newSession: boolean;
  /** Option `processGroup`. */
  readonly processGroup: boolean;
  /** Options `user` and `group`. */
  readonly identity: boolean;
  /** Descriptors of this process, `null` (inherit) included, can stand at the child's. */
  readonly descriptors: boolean;
  /** Options `passFds` and `extraFds`. */
  readonly extraFds: boolean;
  /** Only descriptors that were asked for reach the child. */
  readonly closeFds: boolean;
  /**
   * What can stand between us and the child; the first is the default.
   *
   * A child can open a real pipe again (`/dev/stdout`), and SIGPIPE ends a writer that nobody reads. A socket pair moves
   * more bytes per second.
   */
  readonly pipes: readonly PipeKind[];
  /** Option `pipeSize`: the capacity of the pipes can be chosen. */
  readonly pipeSize: boolean;
  /** The child's close of its input is seen without a write. */
  readonly stdinPeerClose: boolean;
  /** `spawn()` does not block this thread while the child is made. */
  readonly offThreadSpawn: boolean;
  /** Output can be read straight into memory of the receiver. */
  readonly readInto: boolean;
  /** There is a link that can be lost while the child runs on. */
  readonly loss: boolean;
  /** Program, arguments, directory and variables can be bytes that are not UTF-8. */
  readonly bytes: boolean;
  /** `spawn()` can start the child before it returns (`request.synchronous`). */
  readonly synchronousSpawn: boolean;
  /** `createPipe()` joins two children. */
  readonly createPipe: boolean;
  /** The end of a child tells what it used. */
  readonly resourceUsage: boolean;
}

/** What can stand between us and a child. */
export type PipeKind = 'pipe' | 'socket';

/** Text, or bytes that are not UTF-8. */
export type ByteString = string | Uint8Array;

/** A child to start; everything in it has been checked. */
export interface SpawnRequest {
  /** The program as the caller named it: looked up in the child's PATH unless it contains a slash. */
  readonly program: ByteString;
  /** The arguments, without the program. */
  readonly args: readonly ByteString[];
  /** What to execute instead of `program`, which then only names the child (`argv[0]`); `null` for `program` itself. */
  readonly executable: ByteString | null;
  /** What stands at each of the child's descriptors; always has 0, 1 and 2. */
  readonly stdio: ReadonlyMap<number, StdioSlot>;
  /** The child's directory, `null` for ours. */
  readonly cwd: ByteString | null;
  /** The complete environment, without a prototype; `null` for ours. */
  readonly env: Readonly<Record<string, ByteString>> | null;
  /** Variables of that environment whose names are not UTF-8. */
  readonly envByBytes: readonly (readonly [name: Uint8Array, value: ByteString])[];
  readonly startNewSession: boolean;
  /** The process group to join, 0 for a new one, `null` for ours. */
  readonly processGroup: number | null;
  /** How much each pipe holds, in bytes, at least 1; `null` for what the system gives. */
  readonly pipeSize: number | null;
  /** What stands between us and the child, `null` for the backend's default. */
  readonly pipes: PipeKind | null;
  readonly user: number | null;
  readonly group: number | null;
  /** Starts the child before `spawn()` returns: the handle has its pid then, and a failure is thrown. Nothing is emitted. */
  readonly synchronous: boolean;
}

/** A kernel pipe between two children, made before either of them. */
export interface ChildPipe {
  /** For the child that reads: give it as `stdin`. */
  readonly reader: PipeEnd;
  /** For the child that writes: give it as `stdout`, `stderr`, or one of `extraFds`. */
  readonly writer: PipeEnd;
  /** Closes our copies of both ends; due once both children have been asked for. Harmless when called again. */
  close(): void;
}

/**
 * Starts children: the one primitive that a platform supplies.
 *
 * Everything else (order of callbacks, flow control, options, errors) is the transport's.
 */
export interface SubprocessBackend {
  /** A short name, for messages and `getExtraInfo('backend')`. */
  readonly name: string;
  readonly supports: BackendCapabilities;
  /** The time in which its children live. Default: this machine's. */
  readonly clock?: Clock;
  /**
   * Starts a child; the rules at the top of `childHandle.ts` say what follows.
   * @throws {SpawnError} if nothing was started; the same as an `error` event later.
   */
  spawn(request: SpawnRequest): ChildHandle;
  /**
   * Makes a pipe that joins two children of this backend; only backends with `supports.createPipe` have it.
   *
   * `spawn()` throws a `ValueError` for an end that another backend made.
   * @throws {SubprocessError} if the system has no room for one.
   */
  createPipe?(): ChildPipe;
}
