/** A line of 40 bytes through `cat` and back: how long it takes, and what it costs this process. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DEVNULL } from '@subwire/transport';
import { compileCeiling } from './ceiling.js';
import { compareRates, type Contender } from './compareRates.js';
import { CountingProtocol, median, ours } from './harness.js';
import { report } from './report.js';

const LINE = Buffer.from(`${'x'.repeat(39)}\n`);
const TRIPS = 4_000;
const ROUNDS = 7;
/** In C a trip costs so little that the kernel's account of processor time needs more of them. */
const TRIPS_IN_C = 20_000;

/** Argument with which this program runs itself on one processor. */
const ON_ONE = 'on-one-processor';

/** Milliseconds at p50, and processor microseconds per trip. */
type Cost = readonly [p50: number, cpu: number];

/** Sends a line and waits for it, `TRIPS` times. */
function trips(send: () => void, onBack: (back: () => void) => void): Promise<Cost> {
  return new Promise((resolve) => {
    const times: number[] = [];
    const cpu = process.cpuUsage();
    let sent = performance.now();
    onBack(() => {
      const now = performance.now();
      times.push(now - sent);
      if (times.length === TRIPS) {
        const { user, system } = process.cpuUsage(cpu);
        resolve([median(times), (user + system) / TRIPS]);
        return;
      }
      sent = now;
      send();
    });
    send();
  });
}

class Echo extends CountingProtocol {
  onBack: () => void = () => undefined;

  override pipeDataReceived(_fd: number, data: Uint8Array): void {
    this.bytes += data.length;
    if (this.bytes % LINE.length === 0) {
      this.onBack();
    }
  }
}

async function throughOurs(): Promise<Cost> {
  const [transport, echo] = await ours(new Echo(), 'cat', [], { stderr: DEVNULL });
  const input = transport.getPipeTransport(0);
  const cost = await trips(
    () => input?.write(LINE),
    (back) => {
      echo.onBack = back;
    },
  );
  transport.close();
  await echo.ended;
  return cost;
}

async function throughNode(): Promise<Cost> {
  const child = spawn('cat', [], { stdio: ['pipe', 'pipe', 'ignore'] });
  let bytes = 0;
  const cost = await trips(
    () => child.stdin.write(LINE),
    (back) => {
      child.stdout.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes % LINE.length === 0) {
          back();
        }
      });
    },
  );
  child.kill();
  await new Promise((resolve) => child.on('close', resolve));
  return cost;
}

const column = (costs: readonly Cost[], at: 0 | 1, scale: number): string =>
  `${(median(costs.map((cost) => cost[at])) * scale).toFixed(1)} µs`;

async function besideNode(where: string): Promise<void> {
  const mine: Cost[] = [];
  const theirs: Cost[] = [];
  await throughOurs();
  await throughNode();
  for (let round = 0; round < ROUNDS; round += 1) {
    mine.push(await throughOurs());
    theirs.push(await throughNode());
  }
  const p50 = mine.map(([one], index) => one / (theirs[index]?.[0] ?? 1));
  const cpu = mine.map(([, one], index) => (theirs[index]?.[1] ?? 1) / one);
  report(`round trip${where}, p50`, `${column(mine, 0, 1_000)}, node ${column(theirs, 0, 1_000)}`, median(p50), '<= 1');
  report(
    `round trip${where}, processor time`,
    `${column(mine, 1, 1)}, node ${column(theirs, 1, 1)}`,
    median(cpu),
    '>= 1.3',
  );
}

async function besideC(): Promise<void> {
  const ceiling = await compileCeiling();
  if (ceiling === null) {
    return;
  }
  const format = (cost: number): string => `${cost.toFixed(1)} µs`;
  const comparison = { rounds: ROUNDS, format, bar: '-' } as const;
  const pipe: Contender = { name: 'pipe', rate: () => ceiling('trip', TRIPS_IN_C, 'pipe') };
  const sockets: Contender = { name: 'sockets', rate: () => ceiling('trip', TRIPS_IN_C, 'socketpair') };
  const mine: Contender = { name: 'ours', rate: async () => (await throughOurs())[1] };
  await compareRates({ what: 'processor time: ours / C, pipe', ...comparison }, mine, { ...pipe, name: 'C' });
  await compareRates({ what: 'processor time, C: socket pair / pipe', ...comparison }, sockets, pipe);
}

if (process.argv[2] === ON_ONE) {
  await besideNode(' on one processor');
  await besideC();
} else {
  await besideNode('');
  // What is left on one processor is what a trip takes without the wake-ups of another one.
  const { error } = spawnSync('taskset', ['-c', '0', process.execPath, fileURLToPath(import.meta.url), ON_ONE], {
    stdio: 'inherit',
  });
  if (error !== undefined) {
    console.log('nothing on one processor: there is no taskset');
  }
}
