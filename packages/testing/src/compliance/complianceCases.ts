import { casesOf, type ComplianceCase, type RequirementTable } from './complianceCase.js';
import { areas } from './areas/index.js';
import type { ComplianceSubject } from './subject.js';

/** Every requirement of the low level, by id. */
export const complianceRequirements: RequirementTable = Object.freeze(Object.assign({}, ...areas) as RequirementTable);

/**
 * Returns what has to hold on a subject, as data: run it with `registerCompliance`, or with anything else.
 *
 * @throws {TypeError} if `subject.knownFailures` names no case.
 */
export function complianceCases(subject: ComplianceSubject): ComplianceCase[] {
  return casesOf(complianceRequirements, subject);
}
