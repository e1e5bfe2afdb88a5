/** Bytes per second into a child that throws them away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DEVNULL, type WriteTransport } from '@subwire/transport';
import { CountingProtocol, inTurns, median, ours, report } from './harness.js';

const BYTES = 1_000_000_000;
const CHUNK = new Uint8Array(1_048_576);
const ROUNDS = 5;
const READER = ['-c', 'exec cat >/dev/null'] as const;

/** Writes while it may. */
class Feeder extends CountingProtocol {
  #paused = false;

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
      this.bytes += CHUNK.length;
      this.input?.write(CHUNK);
    }
    if (this.bytes >= BYTES) {
      this.input?.close();
    }
  }
}

async function intoOurs(): Promise<void> {
  const [transport, protocol] = await ours(new Feeder(), 'sh', READER, { stdout: DEVNULL, stderr: DEVNULL });
  protocol.input = transport.getPipeTransport(0);
  protocol.feed();
  await protocol.ended;
}

async function intoNode(): Promise<void> {
  const child = spawn('sh', READER, { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(child, 'close');
  for (let bytes = 0; bytes < BYTES; bytes += CHUNK.length) {
    if (!child.stdin.write(CHUNK)) {
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

await intoOurs();
await intoNode();
const [mine, theirs] = await inTurns(
  ROUNDS,
  () => perSecond(intoOurs),
  () => perSecond(intoNode),
);
const ratios = mine.map((one, index) => one / (theirs[index] ?? 1));
report(
  'bytes into a child',
  `${median(mine).toFixed(2)} GB/s, node ${median(theirs).toFixed(2)} GB/s`,
  median(ratios),
  '>= 1.3',
);
