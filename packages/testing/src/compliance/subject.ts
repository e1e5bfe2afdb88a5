import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { bindBackend, type BackendCapabilities, type subprocessExec, type SubprocessBackend } from '@subwire/transport';
import { machineCommands, type ComplianceCommands } from './commands.js';

/** What the suite tests: a backend, or another implementation of the transport. */
export interface ComplianceSubject {
  /** Its name, for messages. */
  readonly name: string;
  /** Starts a child, as `subprocessExec` does. */
  readonly exec: typeof subprocessExec;
  /** Its capabilities. Cases that need a missing one are skipped; other cases check that it is refused. */
  readonly supports: BackendCapabilities;
  /** The programs that the suite starts. */
  readonly commands: ComplianceCommands;
  /** The backend, for cases that use it without a transport. Without it they are skipped. */
  readonly backend?: SubprocessBackend;
  /** Ids of cases that are known to fail. If one of them passes, that is an error. Default: none. */
  readonly knownFailures?: readonly string[];
  /** Lets so many milliseconds pass for the children. Default: waits in real time. */
  elapse?(ms: number): Promise<void>;
  /** Resolves when nothing more is expected to happen. Default: waits 30 milliseconds. */
  quiet?(): Promise<void>;
}

/** Options of `backendSubject`. */
export type SubjectOptions = Partial<
  Pick<ComplianceSubject, 'name' | 'commands' | 'knownFailures' | 'elapse' | 'quiet'>
>;

/**
 * Returns a subject for a backend.
 *
 * @param backend - The backend.
 * @param options - See `ComplianceSubject`. Default: `machineCommands`, no known failures, real time.
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

/** How long `quiet` waits by default. */
const QUIET_MS = 30;

/** Lets so many milliseconds pass for the children of a subject. */
export async function elapse(subject: ComplianceSubject, ms: number): Promise<void> {
  await (subject.elapse?.(ms) ?? delay(ms));
}

/** Resolves when nothing more is expected to happen to a subject. */
export async function quiet(subject: ComplianceSubject): Promise<void> {
  if (subject.quiet !== undefined) {
    await subject.quiet();
    return;
  }
  await delay(QUIET_MS);
  await nextTurn();
}
