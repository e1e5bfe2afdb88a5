import { casesOf, type ComplianceCase, type ComplianceSubject, type RequirementTable } from '@subwire/testing';
import { communicate } from './process/communicate.js';
import { ending } from './process/ending.js';
import { runs } from './process/runs.js';
import { streams } from './process/streams.js';
import { wait } from './process/wait.js';

/** Every requirement of the high level, by id. They need a backend. */
export const processRequirements: RequirementTable = { ...wait, ...communicate, ...streams, ...ending, ...runs };

/**
 * Returns what has to hold for `Process` on a subject.
 *
 * @param knownFailures - Those of the subject are for the low level. Default: none.
 */
export function processCases(subject: ComplianceSubject, knownFailures: readonly string[] = []): ComplianceCase[] {
  return casesOf(processRequirements, { ...subject, knownFailures });
}
