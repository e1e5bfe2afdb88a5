/** Bytes per second from a child: into the memory of a buffered protocol, and through the streams of both sides. */
import { spawn } from 'node:child_process';
import { posixBackend } from '@subwire/posix';
import { createSubprocessExec } from '@subwire/process';
import { DEVNULL, PIPE } from '@subwire/transport';
import { BufferedCountingProtocol, CountingProtocol, inTurns, median, ours, report } from './harness.js';

const BYTES = 1_500 * 1_048_576;
const COMMAND = ['if=/dev/zero', 'bs=1M', `count=${BYTES / 1_048_576}`, 'status=none'] as const;
const ROUNDS = 5;
const QUIET = { stdin: DEVNULL, stderr: DEVNULL };

async function perSecond(run: () => Promise<number>): Promise<number> {
  const start = performance.now();
  const bytes = await run();
  if (bytes !== BYTES) {
    throw new Error(`${bytes} bytes instead of ${BYTES}`);
  }
  return bytes / (performance.now() - start) / 1e6;
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

const pairs = [
  [
    'buffered protocol / stream events',
    (): Promise<number> => throughProtocol(new BufferedCountingProtocol()),
    throughNodeEvents,
    '>= 2',
  ],
  [
    'plain protocol / stream events',
    (): Promise<number> => throughProtocol(new CountingProtocol()),
    throughNodeEvents,
    '-',
  ],
  ['Process.stdout.read() / for await', throughReader, throughNodeStream, '>= 1.6'],
] as const;
for (const [name, us, node, bar] of pairs) {
  await us();
  await node();
  const [mine, theirs] = await inTurns(
    ROUNDS,
    () => perSecond(us),
    () => perSecond(node),
  );
  const ratios = mine.map((one, index) => one / (theirs[index] ?? 1));
  report(name, `${median(mine).toFixed(2)} GB/s, node ${median(theirs).toFixed(2)} GB/s`, median(ratios), bar);
}
