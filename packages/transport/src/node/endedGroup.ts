/**
 * The process group of a leader that has ended and was reaped.
 *
 * The kernel gives the number of a group to nobody else as long as the group has a member; after that it may be a stranger's.
 * So `/proc` is read right before each signal:
 *
 * 1. Nobody is there, or only processes that have ended: gone.
 * 2. A process or thread has the leader's number, or a member is in another session: the number is a stranger's by now.
 * 3. A member is older than the last moment at which the group was known to be ours: it is ours.
 * 4. All members are younger: it is ours if the system has not made so many processes since then that the number may have
 *    been given out again. Numbers are given out in a circle.
 *
 * What was gone once is gone for ever. Without `/proc` (macOS) nobody can tell, and a signal is refused.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { NotSupportedError, systemErrorCode } from '../contract/errors.js';
import { killFailure } from './killByPid.js';

/** Units of a start time in `/proc`, on every Linux. */
const TICKS_PER_SECOND = 100;

/** A member may start another one and end while we read. */
const MAX_READS = 3;

interface Member {
  readonly session: number;
  readonly startedAtSeconds: number;
}

/** A group that had members when its leader ended. */
export class EndedGroup {
  readonly id: number;
  readonly #proc: string;
  /** When the group was known to be ours for the last time, and how many processes had been made by then. */
  #knownAtSeconds = uptime();
  #processesThen: number;

  /** @param proc - Where the processes stand. Default: where Linux shows them. */
  constructor(id: number, proc = '/proc') {
    this.id = id;
    this.#proc = proc;
    this.#processesThen = processesMade(proc);
  }

  /** Returns the group of a leader that was reaped in this very tick, `null` if it left nobody behind. */
  static of(leader: number): EndedGroup | null {
    return leader > 1 && isThere(leader) ? new EndedGroup(leader) : null;
  }

  /**
   * Tells whether a signal to the group reaches its members, and nobody else.
   * @throws {NotSupportedError} if nobody can tell.
   * @throws {SubprocessError} if there is no descriptor left to look.
   */
  isAlive(): boolean {
    if (!isThere(this.id)) {
      return false;
    }
    if (!existsSync(`${this.#proc}/stat`)) {
      const reason = 'its leader has ended, and its number may be a stranger’s';
      throw new NotSupportedError('signalScopes', `the group cannot be signalled safely: ${reason}`);
    }
    const members = this.#members();
    if (members.length === 0 || existsSync(`${this.#proc}/${this.id}`)) {
      return false;
    }
    const now = uptime();
    const processes = processesMade(this.#proc);
    const isOurs =
      members.every(({ session }) => session === this.id) &&
      (members.some(({ startedAtSeconds }) => startedAtSeconds < this.#knownAtSeconds) ||
        processes - this.#processesThen < highestNumber(this.#proc) / 2);
    this.#knownAtSeconds = now;
    this.#processesThen = processes;
    return isOurs;
  }

  /**
   * Returns those that have not ended.
   * @throws {SubprocessError} if there is no descriptor left to look.
   */
  #members(): readonly Member[] {
    const members: Member[] = [];
    let missed = true;
    try {
      for (let reads = 0; missed && members.length === 0 && reads < MAX_READS; reads += 1) {
        missed = false;
        for (const name of readdirSync(this.#proc)) {
          const fields = /^\d+$/.test(name) ? statFields(`${this.#proc}/${name}/stat`) : [];
          if (fields === null) {
            missed = true;
            continue;
          }
          const [state = '', , group = '', session = ''] = fields;
          if (Number(group) === this.id && state !== 'Z' && state !== 'X') {
            members.push({ session: Number(session), startedAtSeconds: Number(fields[19]) / TICKS_PER_SECOND });
          }
        }
      }
    } catch (thrown) {
      throw killFailure(thrown);
    }
    return members;
  }
}

function isThere(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch (thrown) {
    // Members that belong to somebody else are there.
    return systemErrorCode(thrown) !== 'ESRCH';
  }
}

/** Returns what follows the name of the program, `null` if the process is gone. */
function statFields(path: string): readonly string[] | null {
  try {
    const stat = readFileSync(path, 'latin1');
    // The name stands in parentheses, and may have some of its own.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (thrown) {
    const code = systemErrorCode(thrown);
    if (code === 'ENOENT' || code === 'ESRCH') {
      return null;
    }
    throw thrown;
  }
}

/** Returns how many processes and threads the system has made, `Infinity` if that is not known. */
function processesMade(proc: string): number {
  try {
    const [, count] = /^processes (\d+)$/m.exec(readFileSync(`${proc}/stat`, 'latin1')) ?? [];
    return Number(count ?? Infinity);
  } catch (unreadable) {
    void unreadable;
    return Infinity;
  }
}

/** Returns the highest number that a process may have, 0 if that is not known. */
function highestNumber(proc: string): number {
  try {
    return Number(readFileSync(`${proc}/sys/kernel/pid_max`, 'latin1'));
  } catch (unreadable) {
    void unreadable;
    return 0;
  }
}
