import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { bindBackend, type BackendCapabilities, type subprocessExec, type SubprocessBackend } from '@subwire/transport';
import { machineCommands, type ComplianceCommands } from './commands.js';

/** What the suite is run on: a backend, or a whole transport of someone's own. */
export interface ComplianceSubject {
  readonly name: string;
  /** Starts a child, as `subprocessExec` does. */
  readonly exec: typeof subprocessExec;
  /** What it can do; what it lacks is skipped by name, and checked to be lacking. */
  readonly supports: BackendCapabilities;
  readonly commands: ComplianceCommands;
  /** For the cases that look below the transport; without one they are skipped. */
  readonly backend?: SubprocessBackend;
  /** Ids of cases that fail for a known reason: they must fail, or the entry is stale. */
  readonly knownFailures?: readonly string[];
  /** Lets time pass for the children. Default: waits. */
  elapse?(ms: number): Promise<void>;
  /** Resolves when nothing more can be expected to happen. Default: waits a little. */
  quiet?(): Promise<void>;
}

/** What a subject made from a backend may set. */
export type SubjectOptions = Partial<
  Pick<ComplianceSubject, 'name' | 'commands' | 'knownFailures' | 'elapse' | 'quiet'>
>;

/**
 * Makes a subject from a backend.
 *
 * @param options - Default: the programs of this machine, no known failures, real time.
 */
export function backendSubject(backend: SubprocessBackend, options: SubjectOptions = {}): ComplianceSubject {
  return {
    name: backend.name,
    exec: bindBackend(backend).subprocessExec,
    supports: backend.supports,
    commands: machineCommands,
    backend,
    ...options,
  };
}

/** How long the default of `quiet` waits. */
const QUIET_MS = 30;

/** Lets time pass, as the subject does it. */
export async function elapse(subject: ComplianceSubject, ms: number): Promise<void> {
  await (subject.elapse?.(ms) ?? delay(ms));
}

/** Waits until nothing more can be expected, as the subject does it. */
export async function quiet(subject: ComplianceSubject): Promise<void> {
  if (subject.quiet !== undefined) {
    await subject.quiet();
    return;
  }
  await delay(QUIET_MS);
  await nextTurn();
}
