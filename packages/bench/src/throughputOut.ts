/**
 * Bytes per second from a child: into the memory of a buffered protocol, and through the streams of both sides. Beside
 * `node:child_process`, and beside C over the same kind of pipe; C over a pipe beside C over a socket pair tells what the
 * kernel itself makes of the difference.
 */
import { spawn } from 'node:child_process';
import { posixBackend } from '@subwire/posix';
import { createSubprocessExec } from '@subwire/process';
import { DEVNULL, PIPE } from '@subwire/transport';
import { compileCeiling } from './ceiling.js';
import { compareRates, type Contender } from './compareRates.js';
import { BufferedCountingProtocol, CountingProtocol, ours } from './harness.js';
import type { Bar } from './report.js';

const BYTES = 1_500 * 1_048_576;
const COMMAND = ['if=/dev/zero', 'bs=1M', `count=${BYTES / 1_048_576}`, 'status=none'] as const;
const ROUNDS = 5;
/** What a busy pipe of ours grows to, and the most that a user without privileges may have. */
const PIPE_SIZES = [262_144, 1_048_576] as const;
/** As much as the buffered protocol has room for. */
const READ_BYTES = 1_048_576;
const QUIET = { stdin: DEVNULL, stderr: DEVNULL };

async function perSecond(run: () => Promise<number>): Promise<number> {
  const start = performance.now();
  const bytes = await run();
  if (bytes !== BYTES) {
    throw new Error(`${bytes} bytes instead of ${BYTES}`);
  }
  return (bytes / (performance.now() - start)) * 1_000;
}

async function throughProtocol(protocol: CountingProtocol): Promise<number> {
  await ours(protocol, 'dd', COMMAND, QUIET);
  await protocol.ended;
  return protocol.bytes;
}

async function throughReader(): Promise<number> {
  const child = await createSubprocessExec('dd', COMMAND, { ...QUIET, stdout: PIPE, backend: posixBackend });
  let bytes = 0;
  for (;;) {
    const chunk = await child.stdout.read(1_048_576);
    if (chunk.length === 0) {
      break;
    }
    bytes += chunk.length;
  }
  await child.wait();
  return bytes;
}

function throughNodeEvents(): Promise<number> {
  return new Promise((resolve) => {
    let bytes = 0;
    const child = spawn('dd', COMMAND, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    child.on('close', () => {
      resolve(bytes);
    });
  });
}

async function throughNodeStream(): Promise<number> {
  const child = spawn('dd', COMMAND, { stdio: ['ignore', 'pipe', 'ignore'] });
  let bytes = 0;
  for await (const chunk of child.stdout) {
    bytes += (chunk as Buffer).length;
  }
  return bytes;
}

async function compare(what: string, first: Contender, second: Contender, bar: Bar): Promise<void> {
  const format = (rate: number): string => `${(rate / 1e9).toFixed(2)} GB/s`;
  await compareRates({ what, rounds: ROUNDS, format, bar }, first, second);
}

const ourRate = (run: () => Promise<number>): Contender => ({ name: 'ours', rate: () => perSecond(run) });
const nodeRate = (run: () => Promise<number>): Contender => ({ name: 'node', rate: () => perSecond(run) });
const buffered = ourRate(() => throughProtocol(new BufferedCountingProtocol()));
const plain = ourRate(() => throughProtocol(new CountingProtocol()));

await compare('buffered protocol / stream events', buffered, nodeRate(throughNodeEvents), '>= 2');
await compare('plain protocol / stream events', plain, nodeRate(throughNodeEvents), '-');
await compare('Process.stdout.read() / for await', ourRate(throughReader), nodeRate(throughNodeStream), '>= 1.6');
const ceiling = await compileCeiling();
if (ceiling !== null) {
  const sockets = { name: 'sockets', rate: () => ceiling('read', BYTES, 'socketpair', 0, READ_BYTES) };
  for (const pipeBytes of PIPE_SIZES) {
    const kibibytes = pipeBytes / 1_024;
    const pipe = { name: 'C', rate: () => ceiling('read', BYTES, 'pipe', pipeBytes, READ_BYTES) };
    await compare(`buffered protocol / C, pipe of ${kibibytes} KiB`, buffered, pipe, '-');
    await compare(`C: pipe of ${kibibytes} KiB / socket pair`, { ...pipe, name: 'pipe' }, sockets, '-');
  }
}
