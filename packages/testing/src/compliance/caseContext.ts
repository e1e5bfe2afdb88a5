import {
  NotSupportedError,
  type SpawnRequest,
  type SubprocessBackend,
  type SubprocessExecOptions,
} from '@subwire/transport';
import type { BrokenCommand, BrokenKind, LocatedCommand } from './commands.js';
import { HandleRecorder, spawnRequest } from './handleRecorder.js';
import { Recorder } from './recorder.js';
import { step, type Step } from './step.js';
import { elapse, quiet, type ComplianceSubject } from './subject.js';
import { within } from './waiting.js';

/** How long the end of a case waits for children that it killed. */
const CLEANUP_LIMIT_MS = 1_500;

/** What a case has to say about a start, besides the steps. */
export interface StartOptions extends SubprocessExecOptions {
  /** Further arguments of the child. */
  readonly argv?: readonly string[];
}

/** What the body of a case works with; whatever it starts is killed and closed at the end of the case. */
export class CaseContext {
  readonly subject: ComplianceSubject;
  readonly #recorders: Recorder[] = [];
  readonly #handles: HandleRecorder[] = [];
  readonly #cleanups: (() => unknown)[] = [];

  constructor(subject: ComplianceSubject) {
    this.subject = subject;
  }

  /** The backend below; cases that use it say so with `needs`. */
  get backend(): SubprocessBackend {
    if (this.subject.backend === undefined) {
      throw new Error('the subject has no backend');
    }
    return this.subject.backend;
  }

  /** Starts a child that runs steps, and resolves with its recorder. */
  start(steps: readonly Step[], options: StartOptions = {}): Promise<Recorder> {
    return this.startWith(new Recorder(), steps, options);
  }

  /** Starts a child that stays, and resolves when it has done `steps` and said `ready `. */
  async startReady(...steps: readonly Step[]): Promise<Recorder> {
    const child = await this.start([...steps, step.write('ready '), step.forever()]);
    await child.seenText(1, 'ready ');
    return child;
  }

  /** As `start`, with a recorder of the case's own, prepared before the start. */
  async startWith<R extends Recorder>(recorder: R, steps: readonly Step[], options: StartOptions = {}): Promise<R> {
    const { argv = [], ...rest } = options;
    const { program, args } = this.subject.commands.steps(steps, argv);
    return this.execWith(recorder, program, args, rest);
  }

  /** Starts any program with a recorder. */
  async execWith<R extends Recorder>(
    recorder: R,
    program: string,
    args: readonly string[],
    options: SubprocessExecOptions = {},
  ): Promise<R> {
    this.track(recorder);
    const onCallbackError = (error: (typeof recorder.reports)[number]): void => {
      recorder.reports.push(error);
    };
    await this.subject.exec(() => recorder, program, args, { onCallbackError, ...options });
    return recorder;
  }

  /** Makes the end of the case take care of a recorder that the case starts itself. */
  track<R extends Recorder>(recorder: R): R {
    this.#recorders.push(recorder);
    return recorder;
  }

  /** Starts a child below the transport. */
  spawn(steps: readonly Step[], over: Partial<SpawnRequest> = {}): HandleRecorder {
    const { program, args } = this.subject.commands.steps(steps);
    const recorder = new HandleRecorder(this.backend, spawnRequest(program, args, over));
    this.#handles.push(recorder);
    return recorder;
  }

  /** Returns a program in a directory of its own, until the end of the case. */
  located(steps: readonly Step[]): LocatedCommand {
    const command = this.subject.commands.located(steps);
    this.onCleanup(() => {
      command.dispose();
    });
    return command;
  }

  /** Returns a command that cannot be started, until the end of the case. */
  broken(kind: BrokenKind): BrokenCommand {
    const command = this.subject.commands.broken(kind);
    this.onCleanup(() => {
      command.dispose();
    });
    return command;
  }

  /** Lets time pass for the children. */
  elapse(ms: number): Promise<void> {
    return elapse(this.subject, ms);
  }

  /** Waits until nothing more can be expected to happen. */
  quiet(): Promise<void> {
    return quiet(this.subject);
  }

  /** Runs `action` at the end of the case, the latest first. */
  onCleanup(action: () => unknown): void {
    this.#cleanups.push(action);
  }

  /** What the recorders have seen, for a message. */
  describe(): string {
    const logs = [...this.#recorders, ...this.#handles].map(({ log }) => log.toString());
    return logs.length === 0 ? 'nothing was started' : logs.join(' ');
  }

  /** Kills, closes and undoes everything. Never throws for a child that does not obey: the case has said what it says. */
  async cleanup(): Promise<void> {
    await Promise.all([...this.#recorders.map(endChild), ...this.#handles.map(endHandle)]);
    for (const action of this.#cleanups.reverse()) {
      await action();
    }
  }
}

async function endChild(recorder: Recorder): Promise<void> {
  // A recorder that another protocol took the place of is not told of the end; the transport knows.
  if (!recorder.log.has('made') || recorder.reasons.has(-1) || recorder.transport.getProtocol() === null) {
    return;
  }
  recorder.transport.close();
  // A child that stopped itself, or one whose backend misbehaves, may not end: the limit bounds what that costs.
  await within(recorder.ended(), CLEANUP_LIMIT_MS, () => 'not ended').catch(() => undefined);
}

async function endHandle(recorder: HandleRecorder): Promise<void> {
  const { child } = recorder;
  child.stdin?.destroy();
  for (const output of child.outputs.values()) {
    output.close();
  }
  // Before that there may be nobody to signal.
  await within(recorder.started(), CLEANUP_LIMIT_MS, () => 'not started').catch(() => undefined);
  if (recorder.over) {
    return;
  }
  try {
    child.kill('SIGKILL');
  } catch (thrown) {
    if (!(thrown instanceof NotSupportedError)) {
      throw thrown;
    }
  }
  await within(recorder.ended(), CLEANUP_LIMIT_MS, () => 'not ended').catch(() => undefined);
}
