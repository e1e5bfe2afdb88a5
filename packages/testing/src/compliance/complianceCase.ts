import { hasCapability, type Capability } from './capability.js';
import { CaseContext } from './caseContext.js';
import type { ComplianceSubject } from './subject.js';
import { within } from './waiting.js';

/** One requirement and the body that checks it: a requirement without a body does not compile. */
export interface Requirement {
  /** One sentence. */
  readonly behavior: string;
  /** Where it comes from: a test of asyncio, a paragraph of its semantics, a decision of ours, a known fault. */
  readonly source: string;
  /** What a subject must be able to do. Default: nothing in particular. */
  readonly requires?: readonly Capability[];
  /** For a check that a declared lack is real: it runs only without that capability. */
  readonly lacks?: Capability;
  /** For what can be seen only below the transport. */
  readonly needs?: 'backend';
  run(context: CaseContext): Promise<void>;
}

/** Requirements by id; an id begins with the area. */
export type RequirementTable = Readonly<Record<string, Requirement>>;

/** What is expected of a case: `'fail'` is a known failure, `'lack'` is not to be run. */
export type CaseExpectation = 'pass' | 'fail' | 'lack';

/** Options of one run of a case. */
export interface CaseRunOptions {
  /** Default: 15 000 milliseconds, in real time. */
  readonly deadlineMs?: number;
}

/** A requirement on one subject, ready to run. */
export interface ComplianceCase {
  readonly id: string;
  /** The id, the behaviour, and why it is skipped if it is. */
  readonly title: string;
  readonly source: string;
  readonly requires: readonly Capability[];
  readonly expects: CaseExpectation;
  /** Resolves if the subject does what is expected of it; a known failure that passes is an error. */
  run(options?: CaseRunOptions): Promise<void>;
}

const DEFAULT_DEADLINE_MS = 15_000;

/**
 * Returns the cases of a table on a subject.
 *
 * @throws {TypeError} if a known failure names no case of the table.
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

/** Says why a requirement cannot be checked on a subject, `null` if it can. */
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
