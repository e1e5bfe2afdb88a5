/** Children that tests start, and questions about them. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Program and arguments that run a script with this very Node. */
export function node(script: string, ...args: string[]): [program: string, args: string[]] {
  return [process.execPath, ['-e', script, ...args]];
}

/** Program and arguments that run a script with the shell. */
export function sh(script: string, ...args: string[]): [program: string, args: string[]] {
  return ['/bin/sh', ['-c', script, 'sh', ...args]];
}

/** The fields of `/proc/PID/stat` after the name, `null` if the process is gone. */
function statOf(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (thrown) {
    if (['ENOENT', 'ESRCH'].includes(String((thrown as NodeJS.ErrnoException).code))) {
      return null;
    }
    throw thrown;
  }
}

/** The state letter of a process (`R`, `S`, `T`, `Z`, …), `null` if it is gone. */
export function stateOf(pid: number): string | null {
  return statOf(pid)?.[0] ?? null;
}

/** Whether a process runs: a zombie does not. */
export function isAlive(pid: number): boolean {
  return !['Z', 'X', null].includes(stateOf(pid));
}

/** Waits until `done` says so; for what no event tells, such as the fate of a grandchild. */
export async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) {
    await delay(5);
  }
}

/** Ends a process that is not our child, if it is still there. */
export async function endForeign(pid: number): Promise<void> {
  if (isAlive(pid)) {
    process.kill(pid, 'SIGKILL');
  }
  await until(() => !isAlive(pid));
}

/** The text of captured bytes; anything else is a failure. */
export function utf8(bytes: Uint8Array | string | null): string {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`expected bytes, got ${String(bytes)}`);
  }
  return new TextDecoder().decode(bytes);
}

/** Resolves to what a promise rejects with; fails if it does not. */
export async function rejection<E = Error>(promise: Promise<unknown>): Promise<E> {
  try {
    await promise;
  } catch (thrown) {
    return thrown as E;
  }
  throw new Error('expected a rejection');
}

/** Blocks this thread: nothing is noticed meanwhile. */
export function blockThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** The test runner has children too. */
const foreign: ReadonlySet<number> = new Set(childrenOfThisProcess());

/** The pids of the children that the tests of this file started and that are not reaped yet. */
export function ourChildren(): number[] {
  return childrenOfThisProcess().filter((pid) => !foreign.has(pid));
}

function childrenOfThisProcess(): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => statOf(pid)?.[1] === String(process.pid));
}
