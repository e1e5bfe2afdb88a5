import { hasCapability, type Capability } from './capability.js';
import { CaseContext } from './caseContext.js';
import type { ComplianceSubject } from './subject.js';
import { within } from './waiting.js';

/** A requirement, and the function that checks it. */
export interface Requirement {
  /** What is required, in one sentence. */
  readonly behavior: string;
  /** Where it comes from: a test of asyncio, a paragraph of its semantics, a decision of ours, or a known fault. */
  readonly source: string;
  /** The capabilities that a subject must have. Default: none. */
  readonly requires?: readonly Capability[];
  /** A capability that a subject must not have: the case checks that what is not declared is refused. Default: none. */
  readonly lacks?: Capability;
  /** `'backend'`: the case uses the backend without a transport. Default: it uses the transport only. */
  readonly needs?: 'backend';
  /** Checks it; rejects if it is not met. */
  run(context: CaseContext): Promise<void>;
}

/** Requirements by their ids. An id begins with the area and a dot. */
export type RequirementTable = Readonly<Record<string, Requirement>>;

/** The expected result of a case: `'fail'` for a known failure, `'lack'` for a case that cannot run on the subject. */
export type CaseExpectation = 'pass' | 'fail' | 'lack';

/** Options of one run of a case. */
export interface CaseRunOptions {
  /** Time limit of a case, in real time. Default: 15 000 milliseconds. */
  readonly deadlineMs?: number;
}

/** A requirement for one subject. */
export interface ComplianceCase {
  readonly id: string;
  /** The id, the behaviour, and the reason if it cannot run. */
  readonly title: string;
  readonly source: string;
  readonly requires: readonly Capability[];
  readonly expects: CaseExpectation;
  /** Runs the case; rejects if the result is not the expected one, also if a known failure passes. */
  run(options?: CaseRunOptions): Promise<void>;
}

const DEFAULT_DEADLINE_MS = 15_000;

/**
 * Returns the cases of a table for a subject.
 *
 * @param table - The requirements.
 * @param subject - The subject.
 * @throws {TypeError} if `subject.knownFailures` has an id that is not in the table.
 */
export function casesOf(table: RequirementTable, subject: ComplianceSubject): ComplianceCase[] {
  const known = subject.knownFailures ?? [];
  const stale = known.filter((id) => !Object.hasOwn(table, id));
  if (stale.length > 0) {
    throw new TypeError(`knownFailures names no case: ${stale.join(', ')}`);
  }
  return Object.entries(table).map(([id, requirement]) => {
    const obstacle = obstacleOf(requirement, subject);
    const expects: CaseExpectation = obstacle !== null ? 'lack' : known.includes(id) ? 'fail' : 'pass';
    const remark = { pass: '', fail: ' [known failure]', lack: ` [${obstacle}]` }[expects];
    const body = (options: CaseRunOptions = {}): Promise<void> => runCase(requirement, subject, options);
    return {
      id,
      title: `${id}: ${requirement.behavior}${remark}`,
      source: requirement.source,
      requires: requirement.requires ?? [],
      expects,
      run: expects === 'fail' ? (options) => mustFail(id, body(options)) : body,
    };
  });
}

/** Returns the reason why a requirement cannot be checked on a subject, `null` if it can. */
function obstacleOf(requirement: Requirement, subject: ComplianceSubject): string | null {
  const missing = (requirement.requires ?? []).filter((capability) => !hasCapability(subject.supports, capability));
  if (missing.length > 0) {
    return `lacks ${missing.join(', ')}`;
  }
  if (requirement.lacks !== undefined && hasCapability(subject.supports, requirement.lacks)) {
    return `has ${requirement.lacks}`;
  }
  return requirement.needs === 'backend' && subject.backend === undefined ? 'has no backend' : null;
}

async function runCase(requirement: Requirement, subject: ComplianceSubject, options: CaseRunOptions): Promise<void> {
  const context = new CaseContext(subject);
  const { deadlineMs = DEFAULT_DEADLINE_MS } = options;
  try {
    const message = (): string => `not done after ${deadlineMs} ms: ${context.describe()}`;
    await within(requirement.run(context), deadlineMs, message);
  } finally {
    await context.cleanup();
  }
}

async function mustFail(id: string, running: Promise<void>): Promise<void> {
  const failed = await running.then(
    () => false,
    () => true,
  );
  if (!failed) {
    throw new Error(`${id} passes now: take it out of knownFailures`);
  }
}
