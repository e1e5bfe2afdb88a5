export { complianceCases, complianceRequirements } from './complianceCases.js';
export { casesOf } from './complianceCase.js';
export { hasCapability } from './capability.js';
export type { Capability } from './capability.js';
export type {
  CaseRunOptions,
  ComplianceCase,
  CaseExpectation,
  Requirement,
  RequirementTable,
} from './complianceCase.js';
export { registerCompliance } from './registerCompliance.js';
export type { TestRunner } from './registerCompliance.js';
export { backendSubject } from './subject.js';
export type { ComplianceSubject, SubjectOptions } from './subject.js';
export { BROKEN_COMMANDS, machineCommands } from './commands.js';
export type { BrokenCommand, BrokenKind, Command, ComplianceCommands, LocatedCommand } from './commands.js';
export { decodeSteps, encodeSteps, patternBytes, step } from './step.js';
export type { DecodedSteps, Fact, Step } from './step.js';
export { fakeSubject } from './fakeSubject.js';
export { CHILD_PROGRAM } from './childProgram.js';
export { CaseContext } from './caseContext.js';
export type { StartOptions } from './caseContext.js';
