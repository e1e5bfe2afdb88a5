/** What the benchmarks share: the two contenders, and how they are measured. */
import { spawn } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { posixBackend } from '@subwire/posix';
import {
  subprocessExec,
  SubprocessProtocol,
  type SubprocessExecOptions,
  type SubprocessTransport,
} from '@subwire/transport';

/** Counts output and tells the end. */
export class CountingProtocol extends SubprocessProtocol {
  bytes = 0;
  readonly ended: Promise<void>;
  #onEnd: () => void = () => undefined;

  constructor() {
    super();
    this.ended = new Promise((resolve) => {
      this.#onEnd = resolve;
    });
  }

  override pipeDataReceived(_fd: number, data: Uint8Array): void {
    this.bytes += data.length;
  }

  override connectionLost(_exc: Error | null): void {
    this.#onEnd();
  }
}

/** The same, with memory of its own. */
export class BufferedCountingProtocol extends CountingProtocol {
  readonly #room = new Uint8Array(1_048_576);

  override getBuffer(_fd: number, _sizeHint: number): Uint8Array {
    return this.#room;
  }

  override bufferUpdated(_fd: number, nbytes: number): void {
    this.bytes += nbytes;
  }
}

/** Starts a child of ours. */
export async function ours<P extends CountingProtocol>(
  protocol: P,
  program: string,
  args: readonly string[] = [],
  options: SubprocessExecOptions = {},
): Promise<readonly [SubprocessTransport, P]> {
  return await subprocessExec(() => protocol, program, args, { backend: posixBackend, ...options });
}

/** Runs a program to its end and captures its output, ours. */
export async function captureOurs(program: string, args: readonly string[] = []): Promise<number> {
  const [, protocol] = await ours(new CountingProtocol(), program, args);
  await protocol.ended;
  return protocol.bytes;
}

/** The same with `node:child_process`. */
export function captureNode(program: string, args: readonly string[] = []): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const child = spawn(program, args);
    const count = (chunk: Buffer): void => {
      bytes += chunk.length;
    };
    child.stdout.on('data', count);
    child.stderr.on('data', count);
    child.on('error', reject);
    child.on('close', () => {
      resolve(bytes);
    });
  });
}

/** Returns the value below which `share` of the sorted values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Measures two contenders in turns, so that whatever else the machine does hits both alike. */
export async function inTurns(
  rounds: number,
  first: () => Promise<number>,
  second: () => Promise<number>,
): Promise<readonly [first: number[], second: number[]]> {
  const results: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    results[0].push(await first());
    results[1].push(await second());
  }
  return results;
}

/**
 * Returns the longest time in which the loop did not come round while `work` went on. The loop spins meanwhile, so on a busy
 * machine this counts the time that the processor was somebody else's too.
 */
export async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  await nextTurn();
  let ended = false;
  let last = performance.now();
  let longest = 0;
  const done = work().finally(() => {
    ended = true;
  });
  while (!(ended as boolean)) {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    await nextTurn();
  }
  await done;
  return longest;
}
