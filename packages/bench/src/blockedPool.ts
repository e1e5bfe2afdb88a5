/**
 * How long it takes until a child runs while each thread of libuv's pool is blocked, beside the same with an idle pool.
 *
 * The threads open FIFOs that nobody writes to: they wait, and use no processor.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { posixBackend } from '@subwire/posix';
import { run } from '@subwire/process';
import { CountingProtocol, median, ours } from './harness.js';
import { report } from './report.js';

const BLOCKS = 8;
const PER_BLOCK = 50;
const WARM_UP = 500;
const POOL_THREADS = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);

async function startTimes(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let made = 0; made < count; made += 1) {
    const protocol = new CountingProtocol();
    const before = performance.now();
    await ours(protocol, '/bin/true');
    times.push(performance.now() - before);
    await protocol.ended;
  }
  return times;
}

const directory = mkdtempSync(join(tmpdir(), 'subwire-bench-'));
try {
  const fifos = Array.from({ length: POOL_THREADS }, (_, index) => join(directory, `fifo${index}`));
  await run('mkfifo', fifos, { backend: posixBackend, check: true });
  await startTimes(WARM_UP);
  const idle: number[] = [];
  const blocked: number[] = [];
  for (let block = 0; block < BLOCKS; block += 1) {
    idle.push(...(await startTimes(PER_BLOCK)));
    const reads = fifos.map((fifo) => readFile(fifo));
    blocked.push(...(await startTimes(PER_BLOCK)));
    for (const fifo of fifos) {
      writeFileSync(fifo, 'x');
    }
    await Promise.all(reads);
  }
  const [one, other] = [median(blocked), median(idle)];
  const figures = `blocked ${(one * 1_000).toFixed(0)} µs, idle ${(other * 1_000).toFixed(0)} µs`;
  report(`time to start, ${POOL_THREADS} pool threads blocked`, figures, one / other, '<= 2');
} finally {
  rmSync(directory, { recursive: true });
}
