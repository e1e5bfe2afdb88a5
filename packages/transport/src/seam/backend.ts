import type { ChildHandle } from './childHandle.js';
import type { Clock } from '../contract/clock.js';
import type { StdioSlot } from '../contract/stdio.js';

/**
 * What a backend can do, as data: public, stable while the backend lives, and checked by the compliance suite, which also
 * checks that a declared lack is real.
 */
export interface BackendCapabilities {
  /** `getPid()` is a number. */
  readonly pids: boolean;
  /** Signals reach the child. */
  readonly signals: boolean;
  /** Signals reach the child's whole process group (`scope: 'group'`). */
  readonly groupSignals: boolean;
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
  /** The child's ends are real pipes: it can reopen `/dev/stdout`, and SIGPIPE ends a writer that nobody reads. */
  readonly realPipes: boolean;
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
}

/** A child to start; everything in it has been checked. */
export interface SpawnRequest {
  /** The program as the caller named it: looked up in the child's PATH unless it contains a slash. */
  readonly program: string;
  /** The arguments, without the program. */
  readonly args: readonly string[];
  /** What to execute instead of `program`, which then only names the child (`argv[0]`); `null` for `program` itself. */
  readonly executable: string | null;
  /** What stands at each of the child's descriptors; always has 0, 1 and 2. */
  readonly stdio: ReadonlyMap<number, StdioSlot>;
  /** The child's directory, `null` for ours. */
  readonly cwd: string | null;
  /** The complete environment, without a prototype; `null` for ours. */
  readonly env: Readonly<Record<string, string>> | null;
  readonly startNewSession: boolean;
  /** The process group to join, 0 for a new one, `null` for ours. */
  readonly processGroup: number | null;
  /** How much each pipe holds, in bytes, at least 1; `null` for what the system gives. */
  readonly pipeSize: number | null;
  readonly user: number | null;
  readonly group: number | null;
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
}
