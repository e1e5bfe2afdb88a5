/** Real children, from inside the test run and in programs of their own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import {
  type ByteString,
  subprocessExec,
  SubprocessProtocol,
  type SubprocessExecOptions,
  type SubprocessTransport,
} from '@subwire/transport';
import { posixBackend } from '../../src/index.js';

/** Logs what happens: `made`, `paused`, `lost:1`, `lost:0:BrokenPipeError`, `exited`, `lost`; keeps the output apart. */
export class Recorder extends SubprocessProtocol {
  readonly lines: string[] = [];
  readonly outputs = new Map<number, Uint8Array[]>();
  readonly #watchers = new Set<() => void>();
  #transport: SubprocessTransport | null = null;

  get transport(): SubprocessTransport {
    if (this.#transport === null) {
      throw new Error('not connected');
    }
    return this.#transport;
  }

  text(fd = 1): string {
    return Buffer.concat(this.outputs.get(fd) ?? []).toString();
  }

  until(line: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.lines.includes(line)) {
          this.#watchers.delete(look);
          resolve();
        }
      };
      this.#watchers.add(look);
      look();
    });
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    this.#log('made');
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    const chunks = this.outputs.get(fd) ?? [];
    chunks.push(data);
    this.outputs.set(fd, chunks);
    this.#log(`data:${fd}`);
  }

  override pipeConnectionLost(fd: number, exc: Error | null): void {
    this.#log(`lost:${fd}${exc === null ? '' : `:${exc.name}`}`);
  }

  override pauseWriting(): void {
    this.#log('paused');
  }

  override resumeWriting(): void {
    this.#log('resumed');
  }

  override processExited(): void {
    this.#log('exited');
  }

  override connectionLost(exc: Error | null): void {
    this.#log(`lost${exc === null ? '' : `:${exc.name}`}`);
  }

  #log(line: string): void {
    this.lines.push(line);
    for (const watcher of [...this.#watchers]) {
      watcher();
    }
  }
}

/** Starts a child on the posix backend. */
export async function start(
  program: ByteString,
  args: readonly ByteString[] = [],
  options: SubprocessExecOptions = {},
): Promise<Recorder> {
  const [, recorder] = await subprocessExec(() => new Recorder(), program, args, { backend: posixBackend, ...options });
  return recorder;
}

/** Starts a shell command. */
export function sh(command: string, options: SubprocessExecOptions = {}): Promise<Recorder> {
  return start('/bin/sh', ['-c', command], options);
}

/** Closes the input, waits for the end, and returns the return code with both outputs. */
export async function finish(
  recorder: Recorder,
): Promise<readonly [returncode: number | null, stdout: string, stderr: string]> {
  recorder.transport.getPipeTransport(0)?.close();
  await recorder.until('lost');
  return [recorder.transport.getReturncode(), recorder.text(1), recorder.text(2)];
}

/** How a helper program ended. */
export interface HelperOutcome {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of `programs/` with the built package, in a process that may crash. */
export function runHelper(
  name: string,
  args: readonly string[] = [],
  launcher: readonly string[] = [],
  timeoutMs = 60_000,
): Promise<HelperOutcome> {
  const [file = '', ...rest] = [
    ...launcher,
    process.execPath,
    '--expose-gc',
    join(__dirname, '..', 'programs', name),
    ...args,
  ];
  return new Promise((resolve) => {
    execFile(file, rest, { timeout: timeoutMs, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.signal ?? error.code ?? null);
      resolve({ code, stdout: stdout.trim(), stderr: stderr.trim() });
    });
  });
}
