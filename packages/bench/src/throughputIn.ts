/** Bytes per second into a child that throws them away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DEVNULL, type WriteTransport } from '@subwire/transport';
import { CountingProtocol, inTurns, median, ours, report } from './harness.js';

const BYTES = 1_000 * 1_048_576;
/** Bytes per write: what streams hand on, and what a program has that holds all of it. */
const CHUNK_SIZES = [16_384, 65_536, 1_048_576] as const;
const ROUNDS = 5;
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
  return BYTES / (performance.now() - start) / 1e6;
}

for (const size of CHUNK_SIZES) {
  const chunk = new Uint8Array(size).fill(1);
  await intoOurs(chunk);
  await intoNode(chunk);
  const [mine, theirs] = await inTurns(
    ROUNDS,
    () => perSecond(() => intoOurs(chunk)),
    () => perSecond(() => intoNode(chunk)),
  );
  const ratios = mine.map((one, index) => one / (theirs[index] ?? 1));
  const figures = `${median(mine).toFixed(2)} GB/s, node ${median(theirs).toFixed(2)} GB/s`;
  report(`bytes into a child, ${size / 1_024} KiB a write`, figures, median(ratios), '>= 1.3');
}
