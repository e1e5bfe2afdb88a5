import {
  DEVNULL,
  PIPE,
  STDOUT,
  SubprocessProtocol,
  subprocessExec,
  type ReadTransport,
  type SubprocessTransport,
} from '@subwire/transport';
import { machineCommands } from '@subwire/testing';
import type { Move, OracleProgram, Place } from './programs.js';

/** What a recorder saw of one child; `record.py` prints the same. */
export interface Recorded {
  readonly events: readonly string[];
  readonly data: Readonly<Record<string, string | number>>;
  readonly pipes: readonly boolean[];
}

/** A program as `record.py` reads it. */
export interface OracleCase {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdio: readonly Place[];
  readonly moves: readonly Move[];
}

const PLACES: Readonly<Record<Place, number>> = { pipe: PIPE, null: DEVNULL, stdout: STDOUT };

/** Returns a program in the form that both recorders take. */
export function oracleCase({ steps, moves = [], stdio = ['pipe', 'pipe', 'pipe'] }: OracleProgram): OracleCase {
  return { ...machineCommands.steps(steps), stdio, moves };
}

/** The twin of the recorder in `record.py`. */
class Recorder extends SubprocessProtocol {
  readonly events: string[] = [];
  readonly data: Record<string, Buffer> = { 1: Buffer.alloc(0), 2: Buffer.alloc(0) };
  over = false;
  transport: SubprocessTransport | null = null;
  readonly #watchers = new Set<() => void>();

  async until(done: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (done()) {
          this.#watchers.delete(look);
          resolve();
        }
      };
      this.#watchers.add(look);
      look();
    });
  }

  seen(start: string): boolean {
    return this.events.some((event) => event.startsWith(start));
  }

  #note(event: string): void {
    this.events.push(event);
    this.#watchers.forEach((look) => {
      look();
    });
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.transport = transport;
    this.#note('made');
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    this.data[fd] = Buffer.concat([this.data[fd] ?? Buffer.alloc(0), data]);
    this.#note(`data:${fd}`);
  }

  override pipeConnectionLost(fd: number, exc: Error | null): void {
    this.#note(`lost:${fd}${exc === null ? '' : `:${exc.name}`}`);
  }

  override processExited(): void {
    this.#note(`exited:${this.transport?.getReturncode()}`);
  }

  override connectionLost(exc: Error | null): void {
    this.over = true;
    this.#note(`lost${exc === null ? '' : `:${exc.name}`}`);
  }

  override pauseWriting(): void {
    this.#note('pause');
  }

  override resumeWriting(): void {
    this.#note('resume');
  }
}

async function make(recorder: Recorder, transport: SubprocessTransport, move: Move): Promise<void> {
  switch (move[0]) {
    case 'write':
      transport.getPipeTransport(0)?.write(Buffer.from(move[1]));
      break;
    case 'fill':
      transport.getPipeTransport(0)?.write(new Uint8Array(move[1]));
      break;
    case 'close':
      transport.getPipeTransport(move[1])?.close();
      break;
    case 'pause':
      output(transport, move[1]).pauseReading();
      break;
    case 'resume':
      output(transport, move[1]).resumeReading();
      break;
    case 'await':
      await recorder.until(() => (recorder.data[move[1]] ?? Buffer.alloc(0)).includes(move[2]));
      break;
    case 'lost':
      await recorder.until(() => recorder.seen(`lost:${move[1]}`));
      break;
    case 'exited':
      await recorder.until(() => recorder.seen('exited'));
      break;
    case 'signal':
      transport.sendSignal(move[1]);
      break;
    case 'end':
      transport.close();
      break;
  }
}

function output(transport: SubprocessTransport, fd: number): ReadTransport {
  return transport.getPipeTransport(fd) as ReadTransport;
}

/** Runs a program under us, as `record.py` does under asyncio. */
export async function record({ program, args, stdio, moves }: OracleCase): Promise<Recorded> {
  const [stdin = PIPE, stdout = PIPE, stderr = PIPE] = stdio.map((place) => PLACES[place]);
  const options = { stdin, stdout, stderr };
  const [transport, recorder] = await subprocessExec(() => new Recorder(), program, args, options);
  for (const move of moves) {
    await make(recorder, transport, move);
  }
  await recorder.until(() => recorder.over);
  const shown = Object.entries(recorder.data).map(([fd, data]) => [
    fd,
    data.length < 1_000 ? data.toString('hex') : data.length,
  ]);
  return {
    events: recorder.events,
    data: Object.fromEntries(shown) as Recorded['data'],
    pipes: [0, 1, 2].map((fd) => transport.getPipeTransport(fd) !== null),
  };
}

/** What asyncio promises about a log, and nothing that it leaves open. */
export function normalised({ events, data, pipes }: Recorded): unknown {
  const order = events.filter((event, index) => !event.startsWith('data') || !events.slice(0, index).includes(event));
  const flow: string[] = events.filter((event) => event === 'pause' || event === 'resume');
  return {
    first: order[0],
    // Exit, losses and first data come in any mutual order, and how often writing pauses depends on the system.
    between: order
      .slice(1, -1)
      .filter((event) => !flow.includes(event))
      .sort(),
    last: order.at(-1),
    paused: flow.includes('pause'),
    alternates: flow.every((event, index) => event === (index % 2 === 0 ? 'pause' : 'resume')),
    dataBeforeLoss: [1, 2].every((fd) => lastOf(events, `data:${fd}`) <= lastOf(events, `lost:${fd}`)),
    data,
    pipes,
  };
}

function lastOf(events: readonly string[], event: string): number {
  return events.lastIndexOf(event);
}
