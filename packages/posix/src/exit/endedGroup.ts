/** What reaches the members of a group whose leader has ended, in the three ways that systems allow. */
import { NotSupportedError } from '@subwire/transport';
import { ESRCH } from '../native/constants.js';
import { native, type LinuxCalls } from '../native/ffi.js';
import { byPid, look, reap } from './exitStatus.js';
import { GroupMembers } from './groupMembers.js';
import { PIDFD_SIGNAL_PROCESS_GROUP } from './kernelFeatures.js';

/** A group that had members when its leader ended. */
export interface EndedGroup {
  /**
   * Sends a signal to all members.
   * @returns 0, or the errno: `ESRCH` if there are none.
   */
  signal(number: number): number;
  /** Whether there are members. */
  hasMembers(members: GroupMembers): boolean;
  /** Gives back what kept the group reachable. */
  close(): void;
}

/** By the pidfd of the leader: it means this group for ever, though the leader is reaped. It costs a descriptor. */
export class PidfdGroup implements EndedGroup {
  readonly #calls: LinuxCalls;
  readonly #pid: number;
  readonly #pidfd: number;
  #closed = false;

  /** Takes the descriptor over. */
  constructor(calls: LinuxCalls, pid: number, pidfd: number) {
    this.#calls = calls;
    this.#pid = pid;
    this.#pidfd = pidfd;
  }

  signal(number: number): number {
    return this.hasMembers(new GroupMembers()) ? this.#send(number) : ESRCH;
  }

  hasMembers(members: GroupMembers): boolean {
    // The kernel knows of members that `/proc` may have missed, and counts those that have ended.
    return !this.#closed && this.#send(0) !== ESRCH && members.of(this.#pid) !== 'ended';
  }

  close(): void {
    if (!this.#closed) {
      this.#closed = true;
      native().close(this.#pidfd);
    }
  }

  #send(number: number): number {
    const result = this.#calls.pidfdSendSignal(this.#pidfd, number, PIDFD_SIGNAL_PROCESS_GROUP);
    return result === 0 ? 0 : native().errno();
  }
}

/** By the number of a leader that is left unreaped: as long as it is, the number is nobody else's. It costs a zombie. */
export class UnreapedGroup implements EndedGroup {
  readonly #calls: LinuxCalls;
  readonly #pid: number;
  #closed = false;

  /** @param pid - A leader that has ended. */
  constructor(calls: LinuxCalls, pid: number) {
    this.#calls = calls;
    this.#pid = pid;
  }

  signal(number: number): number {
    if (!this.#isOurs() || !this.hasMembers(new GroupMembers())) {
      return ESRCH;
    }
    return native().kill(-this.#pid, number) === 0 ? 0 : native().errno();
  }

  hasMembers(members: GroupMembers): boolean {
    return this.#isOurs() && members.of(this.#pid) === 'running';
  }

  close(): void {
    if (!this.#closed) {
      this.#closed = true;
      reap(this.#calls, byPid(this.#pid));
    }
  }

  /** A thief may have reaped the leader, and then the number may be a stranger's. */
  #isOurs(): boolean {
    return !this.#closed && look(this.#calls, byPid(this.#pid)) !== 'stolen';
  }
}

/** By nothing, on macOS: the leader is reaped, and whoever has its number by now may be a stranger. */
export class UnreachableGroup implements EndedGroup {
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  signal(): number {
    if (!this.hasMembers()) {
      return ESRCH;
    }
    throw new NotSupportedError(
      'signalScopes',
      'the group cannot be reached safely: its leader has ended, and its number may be a stranger’s',
    );
  }

  hasMembers(): boolean {
    return native().kill(-this.#pid, 0) === 0 || native().errno() !== ESRCH;
  }

  close(): void {
    // Nothing was kept.
  }
}
