import { casesOf, type ComplianceCase, type RequirementTable } from './complianceCase.js';
import { areas } from './areas/index.js';
import type { ComplianceSubject } from './subject.js';

/** All requirements for a backend and its transport, by their ids. */
export const complianceRequirements: RequirementTable = Object.freeze(Object.assign({}, ...areas) as RequirementTable);

/**
 * Returns all cases for a subject. `registerCompliance` registers them with a test runner.
 *
 * @param subject - The subject.
 * @throws {TypeError} if `subject.knownFailures` has an unknown id.
 */
export function complianceCases(subject: ComplianceSubject): ComplianceCase[] {
  return casesOf(complianceRequirements, subject);
}
