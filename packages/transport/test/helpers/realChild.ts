/** Real children for the tests of the node backend. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SubprocessExecOptions } from '../../src/options/options.js';
import { subprocessExec } from '../../src/subprocessExec.js';
import { subprocessShell } from '../../src/subprocessShell.js';
import type { ReadTransport, SubprocessTransport } from '../../src/contract/transports.js';
import { RecordingProtocol } from './recordingProtocol.js';

export interface RealChild {
  readonly protocol: RecordingProtocol;
  readonly transport: SubprocessTransport;
}

/** Starts a program with arguments; `prepare` gets the protocol before anything is started. */
export async function exec(
  program: string,
  args: readonly string[] = [],
  options: SubprocessExecOptions = {},
  prepare: (protocol: RecordingProtocol) => void = () => undefined,
): Promise<RealChild> {
  const recording = new RecordingProtocol();
  prepare(recording);
  const [transport, protocol] = await subprocessExec(() => recording, program, args, options);
  return { protocol, transport };
}

/** Starts a shell command. */
export async function shell(
  command: string,
  options: SubprocessExecOptions = {},
  prepare: (protocol: RecordingProtocol) => void = () => undefined,
): Promise<RealChild> {
  const recording = new RecordingProtocol();
  prepare(recording);
  const [transport, protocol] = await subprocessShell(() => recording, command, options);
  return { protocol, transport };
}

/** Returns the transport of an output. */
export function output(transport: SubprocessTransport, fd: number): ReadTransport {
  const pipe = transport.getPipeTransport(fd);
  if (pipe === null || !('pauseReading' in pipe)) {
    throw new Error(`${fd} is no output`);
  }
  return pipe;
}

/** For `prepare`: nothing is read of the given outputs until somebody resumes them. */
export function pausedFromTheStart(...fds: number[]): (protocol: RecordingProtocol) => void {
  return (protocol) => {
    protocol.hooks.set('made', () => {
      for (const fd of fds) {
        output(protocol.transport, fd).pauseReading();
      }
    });
  };
}

/** Starts a script in a Node of its own. */
export function node(script: string, options: SubprocessExecOptions = {}): Promise<RealChild> {
  return exec(process.execPath, ['-e', script], options);
}

/** How a child that ran to its end came out. */
export interface Outcome {
  readonly returncode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Closes the child's input and waits for everything to be over. */
export async function finish({ protocol, transport }: RealChild): Promise<Outcome> {
  transport.getPipeTransport(0)?.close();
  await protocol.lost;
  return { returncode: transport.getReturncode(), stdout: protocol.text(1), stderr: protocol.text(2) };
}

/** Runs a helper program of `test/integration/programs`, which uses the built package. */
export async function runProgram(
  name: string,
  args: readonly string[] = [],
  options: SubprocessExecOptions = {},
): Promise<Outcome> {
  return finish(await exec(process.execPath, [programPath(name), ...args], options));
}

/** Returns the path of a helper program. */
export function programPath(name: string): string {
  return join(__dirname, '..', 'integration', 'programs', name);
}

/** Returns the numbers of the open descriptors of a process, ours by default. */
export function openFds(): string {
  // The listing's own descriptor is gone by the time it is looked at.
  return readdirSync('/proc/self/fd').slice(0, -1).join(' ');
}

/** Returns the state letters of our children by pid: `Z` is a zombie. */
function listChildren(): Map<string, string> {
  const children = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ESRCH') {
        continue; // it ended while we looked
      }
      throw thrown;
    }
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state !== undefined && Number(parent) === process.pid) {
      children.set(pid, state);
    }
  }
  return children;
}

/** The test runner has children of its own. */
const strangers = new Set(listChildren().keys());

/** Returns the state letters of the children that this test file started: `Z` is a zombie. */
export function childStates(): string[] {
  return [...listChildren()].flatMap(([pid, state]) => (strangers.has(pid) ? [] : [state]));
}

/** Tells whether a process of that id exists. */
export function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** A directory that is removed when the test's file disposes of it. */
export class ScratchDirectory {
  readonly path: string = mkdtempSync(join(tmpdir(), 'subwire-test-'));

  join(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
