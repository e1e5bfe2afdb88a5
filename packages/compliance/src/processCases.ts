import { casesOf, type ComplianceCase, type ComplianceSubject, type RequirementTable } from '@subwire/testing';
import { communicate } from './process/communicate.js';
import { ending } from './process/ending.js';
import { runs } from './process/runs.js';
import { streams } from './process/streams.js';
import { wait } from './process/wait.js';

/** Every requirement of the high level, by id. They need a backend. */
export const processRequirements: RequirementTable = { ...wait, ...communicate, ...streams, ...ending, ...runs };

/** Returns what has to hold for `Process` on a subject; `knownFailures` of the low level are not for these. */
export function processCases(subject: ComplianceSubject): ComplianceCase[] {
  return casesOf(processRequirements, { ...subject, knownFailures: [] });
}
