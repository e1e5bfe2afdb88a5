/** The interpreter of steps for children that run in memory. It does the same as `childProgram.ts`. */
import type { Clock } from '@subwire/transport';
import { requestText } from '../bytes/requestText.js';
import type { FakeHolder } from '../fake/fakeHolder.js';
import type { ProgramContext } from '../fake/fakeProgram.js';
import { fakeFact, type CallerDescriptors } from './fakeWorld.js';
import { patternBytes, type Step } from './step.js';

/** Length of one write of `pattern` and `flood`. */
const BLOCK_BYTES = 65_536;

const NEWLINE = 10;

/** The operations that the steps of a child or a grandchild use. */
interface Actor {
  write(fd: number, bytes: Uint8Array): Promise<void>;
  /** Reads at least one byte; an empty array at the end. */
  read(maxBytes: number): Promise<Uint8Array>;
  sleep(ms: number): Promise<void>;
  forever(): Promise<void>;
}

/** What steps need besides the child. */
export interface StepWorld {
  /** Further arguments of the child. */
  readonly argv: readonly string[];
  readonly descriptors: CallerDescriptors;
  /** Whether the child can open what stands at its descriptors by a path. */
  readonly hasRealPipes: boolean;
  readonly clock: Clock;
}

/** Runs the steps of a child; returns its exit code. */
export async function runSteps(steps: readonly Step[], context: ProgramContext, world: StepWorld): Promise<number> {
  const { descriptors } = world;
  // Node, which runs the steps of real children, does so at its start.
  context.on('SIGPIPE', 'ignore');
  const actor: Actor = {
    write: (fd, bytes) => writeOf(context, descriptors, fd, bytes),
    read: async (maxBytes) => (descriptors.has(0) ? descriptors.read(0, maxBytes) : context.stdin.read(maxBytes)),
    sleep: (ms) => context.sleep(ms),
    forever: () => context.forever(),
  };
  const reader = new StepReader(actor);
  for (const one of steps) {
    const known = (await runCommon(one, actor, reader)) || (await runOfChild(one, context, actor, world));
    if (!known) {
      throw new Error(`a fake child cannot do ${JSON.stringify(one)}`);
    }
  }
  return 0;
}

async function writeOf(
  context: ProgramContext,
  descriptors: CallerDescriptors,
  fd: number,
  bytes: Uint8Array,
): Promise<void> {
  if (descriptors.has(fd)) {
    descriptors.write(fd, bytes);
  } else {
    await context.output(fd).write(bytes);
  }
}

/** Steps that a grandchild can do too. */
async function runCommon(one: Step, actor: Actor, reader: StepReader): Promise<boolean> {
  switch (one.do) {
    case 'write':
      await actor.write(one.fd, Buffer.from(one.text));
      return true;
    case 'bytes':
      await actor.write(one.fd, Buffer.from(one.base64, 'base64'));
      return true;
    case 'pattern':
      await writePattern(one.fd, one.bytes, actor);
      return true;
    case 'cat':
      for (let bytes = await reader.some(); bytes.length > 0; bytes = await reader.some()) {
        await actor.write(1, bytes);
      }
      return true;
    case 'count': {
      let count = 0;
      for (let bytes = await reader.some(); bytes.length > 0; bytes = await reader.some()) {
        count += bytes.length;
      }
      await say(`count:${count}`, actor);
      return true;
    }
    case 'read':
      await reader.exactly(one.bytes);
      return true;
    case 'line':
      await reader.line();
      return true;
    case 'upper':
      await actor.write(1, Buffer.from((await reader.line()).toUpperCase()));
      return true;
    case 'sleep':
      await actor.sleep(one.ms);
      return true;
    case 'forever':
      await actor.forever();
      return true;
    default:
      return false;
  }
}

/** Steps that only a child can do. */
async function runOfChild(one: Step, context: ProgramContext, actor: Actor, world: StepWorld): Promise<boolean> {
  const { child } = context;
  const { argv, descriptors, clock } = world;
  switch (one.do) {
    case 'flood':
      await flood(one.fd, one.report, actor);
      return true;
    case 'close':
      child.closeFd(one.fd);
      return true;
    case 'trap':
      context.on(
        one.signal,
        one.reaction === 'ignore' ? 'ignore' : reactionOf(one.signal, one.reaction, context, actor),
      );
      return true;
    case 'exit':
      return context.exit(one.code);
    case 'die':
      return context.die(one.signal);
    case 'stop':
      child.signals.receive('SIGSTOP');
      await context.sleep(0);
      return true;
    case 'print':
      await say(fakeFact(one.fact, requestText(child.request), child.pid, argv), actor);
      return true;
    case 'env':
      await say(JSON.stringify((requestText(child.request).env ?? process.env)[one.name] ?? null), actor);
      return true;
    case 'stat':
      await say(descriptors.identity(one.fd), actor);
      return true;
    case 'holds':
      await say(descriptors.holds(one.path) ? 'open' : 'closed', actor);
      return true;
    case 'reopen':
      await actor.write(1, Buffer.from(world.hasRealPipes ? one.text : 'failed:ENXIO\n'));
      return true;
    case 'fork':
      void runGrandchild(one.steps, child.hold(one.fds), clock);
      return true;
    case 'loseLink':
      child.lose();
      return true;
    default:
      return false;
  }
}

/** Runs steps in a descendant, which lets go of its pipes when it is done. */
async function runGrandchild(steps: readonly Step[], holder: FakeHolder, clock: Clock): Promise<void> {
  const actor: Actor = {
    write: async (fd, bytes) => {
      if ((await holder.write(fd, bytes)) === 'broken') {
        throw new Error('write EPIPE');
      }
    },
    read: (maxBytes) => holder.readInput(maxBytes),
    sleep: (ms) =>
      new Promise((resolve) => {
        clock.setTimer(resolve, ms);
      }),
    forever: () => new Promise(() => undefined),
  };
  const reader = new StepReader(actor);
  try {
    for (const one of steps) {
      await runCommon(one, actor, reader);
    }
  } catch (thrown) {
    // Nobody reads what it writes: it dies of that, as its real twin does.
    void thrown;
  } finally {
    holder.release();
  }
}

function reactionOf(
  signal: NodeJS.Signals,
  reaction: 'report' | number,
  context: ProgramContext,
  actor: Actor,
): () => void {
  return () => {
    if (reaction === 'report') {
      say(signal, actor).catch(() => undefined);
    } else {
      context.child.exit(reaction);
    }
  };
}

async function writePattern(fd: number, bytes: number, actor: Actor): Promise<void> {
  const all = patternBytes(bytes);
  for (let done = 0; done < bytes; done += BLOCK_BYTES) {
    await actor.write(fd, all.subarray(done, done + BLOCK_BYTES));
  }
}

async function flood(fd: number, report: number, actor: Actor): Promise<void> {
  for (;;) {
    try {
      await actor.write(fd, new Uint8Array(BLOCK_BYTES));
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown)) {
        throw thrown;
      }
      await actor.write(report, Buffer.from(`${String(thrown.code)}\n`));
      return;
    }
  }
}

async function say(text: string, actor: Actor): Promise<void> {
  await actor.write(1, Buffer.from(`${text}\n`));
}

/** Reads bytes, blocks and lines from an actor. */
class StepReader {
  readonly #actor: Actor;

  constructor(actor: Actor) {
    this.#actor = actor;
  }

  some(): Promise<Uint8Array> {
    return this.#actor.read(BLOCK_BYTES);
  }

  async exactly(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      const bytes = await this.#actor.read(Math.min(left, BLOCK_BYTES));
      if (bytes.length === 0) {
        return;
      }
      left -= bytes.length;
    }
  }

  async line(): Promise<string> {
    const bytes: number[] = [];
    for (let [byte] = await this.#actor.read(1); byte !== undefined; [byte] = await this.#actor.read(1)) {
      bytes.push(byte);
      if (byte === NEWLINE) {
        break;
      }
    }
    return Buffer.from(bytes).toString();
  }
}
