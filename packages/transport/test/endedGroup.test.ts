/** Whether the group of a leader that has ended is still its own, judged by what `/proc` shows. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, uptime } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EndedGroup } from '../src/node/endedGroup.js';

const scratch = mkdtempSync(join(tmpdir(), 'subwire-'));
const MOST_PROCESSES = 1_000;

interface Shown {
  readonly group?: number;
  readonly session?: number;
  readonly state?: string;
  /** When it started, in seconds from now. */
  readonly after?: number;
}

/** A `/proc` that shows what a test puts there. */
class ShownProcesses {
  readonly path = mkdtempSync(join(scratch, 'proc-'));

  constructor() {
    mkdirSync(join(this.path, 'sys/kernel'), { recursive: true });
    writeFileSync(join(this.path, 'sys/kernel/pid_max'), `${MOST_PROCESSES}\n`);
    this.made(0);
  }

  /** So many processes have been made so far. */
  made(count: number): void {
    writeFileSync(join(this.path, 'stat'), `cpu 1 2 3\nprocesses ${count}\nprocs_running 1\n`);
  }

  show(pid: number, { group = id, session = group, state = 'S', after = 60 }: Shown = {}): void {
    const ticks = Math.round((uptime() + after) * 100);
    const fields = [state, 1, group, session, ...new Array<number>(15).fill(0), ticks, 0];
    mkdirSync(join(this.path, String(pid)), { recursive: true });
    writeFileSync(join(this.path, String(pid), 'stat'), `${pid} (a) b) ${fields.join(' ')}\n`);
  }

  hide(pid: number): void {
    rmSync(join(this.path, String(pid)), { recursive: true });
  }
}

/** A group that the kernel knows. */
let leader: ChildProcess;
let id = 0;
let proc: ShownProcesses;

beforeEach(() => {
  leader = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  id = leader.pid ?? 0;
  proc = new ShownProcesses();
});

afterEach(async () => {
  if (leader.exitCode === null && leader.signalCode === null) {
    leader.kill('SIGKILL');
    await once(leader, 'exit');
  }
});

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

describe('the group of a leader that has ended', () => {
  it('is alive while an older member is', () => {
    const group = new EndedGroup(id, proc.path);
    proc.show(5, { after: -60 });
    proc.show(6);
    proc.made(10 * MOST_PROCESSES);
    expect(group.isAlive()).toBe(true);
  });

  it('is gone when nobody is left, or only those that have ended', () => {
    const group = new EndedGroup(id, proc.path);
    proc.show(5, { group: id + 1 });
    expect(group.isAlive()).toBe(false);
    proc.show(5, { state: 'Z' });
    expect(group.isAlive()).toBe(false);
  });

  it('is gone when its number is that of another process by now', () => {
    const group = new EndedGroup(id, proc.path);
    proc.show(5, { after: -60 });
    proc.show(id);
    expect(group.isAlive()).toBe(false);
  });

  it('is gone when its number is that of a group in another session by now', () => {
    const group = new EndedGroup(id, proc.path);
    proc.show(5, { session: 1, after: -60 });
    expect(group.isAlive()).toBe(false);
  });

  it('is alive with younger members only while its number cannot have been given out again', () => {
    const group = new EndedGroup(id, proc.path);
    proc.show(5);
    proc.made(MOST_PROCESSES / 2 - 1);
    expect(group.isAlive()).toBe(true);
    // It was known to be ours just now.
    proc.made(MOST_PROCESSES - 2);
    expect(group.isAlive()).toBe(true);
    proc.made(MOST_PROCESSES * 2);
    expect(group.isAlive()).toBe(false);
  });

  it('is not signalled where nobody can tell whose it is', () => {
    const group = new EndedGroup(id, join(proc.path, 'no/such'));
    expect(() => group.isAlive()).toThrow(expect.objectContaining({ name: 'NotSupportedError' }));
  });

  it('is gone when the kernel knows of nobody, whatever is shown', async () => {
    const group = new EndedGroup(id, proc.path);
    proc.show(5, { after: -60 });
    leader.kill('SIGKILL');
    await once(leader, 'exit');
    expect(group.isAlive()).toBe(false);
    expect(EndedGroup.of(id)).toBeNull();
  });
});
