/**
 * Bytes per second into a child that throws them away: beside `node:child_process`, and beside C over the same kind of pipe.
 * C over a pipe beside C over a socket pair tells what the kernel itself makes of the difference.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DEVNULL, type WriteTransport } from '@subwire/transport';
import { compileCeiling } from './ceiling.js';
import { compareRates, type Contender } from './compareRates.js';
import { CountingProtocol, ours } from './harness.js';
import type { Bar } from './report.js';

const BYTES = 1_000 * 1_048_576;
/** Bytes per write: what streams hand on, and what a program has that holds all of it. */
const CHUNK_SIZES = [16_384, 65_536, 1_048_576] as const;
const ROUNDS = 5;
/** What a busy pipe of ours grows to. */
const PIPE_BYTES = 262_144;
const READER = ['-c', 'exec cat >/dev/null'] as const;

/** Writes while it may. */
class Feeder extends CountingProtocol {
  readonly #chunk: Uint8Array;
  #paused = false;

  constructor(chunk: Uint8Array) {
    super();
    this.#chunk = chunk;
  }

  override pauseWriting(): void {
    this.#paused = true;
  }

  override resumeWriting(): void {
    this.#paused = false;
    this.feed();
  }

  input: WriteTransport | null = null;

  feed(): void {
    while (!this.#paused && this.bytes < BYTES) {
      this.bytes += this.#chunk.length;
      this.input?.write(this.#chunk);
    }
    if (this.bytes >= BYTES) {
      this.input?.close();
    }
  }
}

async function intoOurs(chunk: Uint8Array): Promise<void> {
  const [transport, protocol] = await ours(new Feeder(chunk), 'sh', READER, { stdout: DEVNULL, stderr: DEVNULL });
  protocol.input = transport.getPipeTransport(0);
  protocol.feed();
  await protocol.ended;
}

async function intoNode(chunk: Uint8Array): Promise<void> {
  const child = spawn('sh', READER, { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(child, 'close');
  for (let bytes = 0; bytes < BYTES; bytes += chunk.length) {
    if (!child.stdin.write(chunk)) {
      await once(child.stdin, 'drain');
    }
  }
  child.stdin.end();
  await ended;
}

async function perSecond(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return (BYTES / (performance.now() - start)) * 1_000;
}

async function compare(name: string, size: number, first: Contender, second: Contender, bar: Bar): Promise<void> {
  const what = `${name}, ${size / 1_024} KiB a write`;
  const format = (rate: number): string => `${(rate / 1e9).toFixed(2)} GB/s`;
  await compareRates({ what, rounds: ROUNDS, format, bar }, first, second);
}

const ceiling = await compileCeiling();

for (const size of CHUNK_SIZES) {
  const chunk = new Uint8Array(size).fill(1);
  const mine = { name: 'ours', rate: () => perSecond(() => intoOurs(chunk)) };
  const node = { name: 'node', rate: () => perSecond(() => intoNode(chunk)) };
  await compare('bytes into a child', size, mine, node, '>= 1.3');
  if (ceiling !== null) {
    const pipe = { name: 'C', rate: () => ceiling('write', BYTES, 'pipe', PIPE_BYTES, size) };
    const sockets = { name: 'sockets', rate: () => ceiling('write', BYTES, 'socketpair', 0, size) };
    await compare('ours / C, pipe', size, mine, pipe, '-');
    await compare('C: pipe / socket pair', size, { ...pipe, name: 'pipe' }, sockets, '-');
  }
}
