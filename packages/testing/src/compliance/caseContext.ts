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

/** How long `cleanup` waits for the end of a child that it killed. */
const CLEANUP_LIMIT_MS = 1_500;

/** Options of `CaseContext.start`. */
export interface StartOptions extends SubprocessExecOptions {
  /** Further arguments of the child, after the steps. Default: none. */
  readonly argv?: readonly string[];
}

/** The tools of a case. All children that it starts are killed, and all pipes closed, at the end of the case. */
export class CaseContext {
  readonly subject: ComplianceSubject;
  readonly #recorders: Recorder[] = [];
  readonly #handles: HandleRecorder[] = [];
  readonly #cleanups: (() => unknown)[] = [];

  constructor(subject: ComplianceSubject) {
    this.subject = subject;
  }

  /**
   * The backend of the subject.
   * @throws {Error} if it has none; a case that uses it sets `needs`.
   */
  get backend(): SubprocessBackend {
    if (this.subject.backend === undefined) {
      throw new Error('the subject has no backend');
    }
    return this.subject.backend;
  }

  /**
   * Starts a child that runs steps.
   * @param steps - What the child does.
   * @param options - See `StartOptions`.
   * @returns its recorder, when it was started.
   */
  start(steps: readonly Step[], options: StartOptions = {}): Promise<Recorder> {
    return this.startWith(new Recorder(), steps, options);
  }

  /** Starts a child that runs until it is ended; resolves when it has done the steps and printed `ready `. */
  async startReady(...steps: readonly Step[]): Promise<Recorder> {
    const child = await this.start([...steps, step.write('ready '), step.forever()]);
    await child.seenText(1, 'ready ');
    return child;
  }

  /** Like `start`, with a recorder that the case has prepared. */
  async startWith<R extends Recorder>(recorder: R, steps: readonly Step[], options: StartOptions = {}): Promise<R> {
    const { argv = [], ...rest } = options;
    const { program, args } = this.subject.commands.steps(steps, argv);
    return this.execWith(recorder, program, args, rest);
  }

  /** Starts a program with a recorder. */
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

  /** Adds a recorder, whose child the case starts itself, to those that `cleanup` ends. */
  track<R extends Recorder>(recorder: R): R {
    this.#recorders.push(recorder);
    return recorder;
  }

  /** Starts a child that runs steps on the backend, without a transport. */
  spawn(steps: readonly Step[], over: Partial<SpawnRequest> = {}): HandleRecorder {
    const { program, args } = this.subject.commands.steps(steps);
    const recorder = new HandleRecorder(this.backend, spawnRequest(program, args, over));
    this.#handles.push(recorder);
    return recorder;
  }

  /** Creates a program in a directory of its own, which is removed at the end of the case. */
  located(steps: readonly Step[]): LocatedCommand {
    const command = this.subject.commands.located(steps);
    this.onCleanup(() => {
      command.dispose();
    });
    return command;
  }

  /** Creates a command that cannot be started, which is removed at the end of the case. */
  broken(kind: BrokenKind): BrokenCommand {
    const command = this.subject.commands.broken(kind);
    this.onCleanup(() => {
      command.dispose();
    });
    return command;
  }

  /** Lets so many milliseconds pass for the children. */
  elapse(ms: number): Promise<void> {
    return elapse(this.subject, ms);
  }

  /** Resolves when nothing more is expected to happen. */
  quiet(): Promise<void> {
    return quiet(this.subject);
  }

  /** Runs an action at the end of the case. The actions run in the reverse order. */
  onCleanup(action: () => unknown): void {
    this.#cleanups.push(action);
  }

  /** Returns the logs of all recorders, for a message. */
  describe(): string {
    const logs = [...this.#recorders, ...this.#handles].map(({ log }) => log.toString());
    return logs.length === 0 ? 'nothing was started' : logs.join(' ');
  }

  /** Ends all children, closes all pipes and runs the cleanup actions. It does not throw for a child that does not end. */
  async cleanup(): Promise<void> {
    await Promise.all([...this.#recorders.map(endChild), ...this.#handles.map(endHandle)]);
    for (const action of this.#cleanups.reverse()) {
      await action();
    }
  }
}

async function endChild(recorder: Recorder): Promise<void> {
  // After `setProtocol` the recorder does not get the end; the transport has no protocol any more then.
  if (!recorder.log.has('made') || recorder.reasons.has(-1) || recorder.transport.getProtocol() === null) {
    return;
  }
  recorder.transport.close();
  // A child that stopped itself, or whose backend has a fault, may not end.
  await within(recorder.ended(), CLEANUP_LIMIT_MS, () => 'not ended').catch(() => undefined);
}

async function endHandle(recorder: HandleRecorder): Promise<void> {
  const { child } = recorder;
  child.stdin?.destroy();
  for (const output of child.outputs.values()) {
    output.close();
  }
  // Before `spawn` there may be no child to signal.
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
