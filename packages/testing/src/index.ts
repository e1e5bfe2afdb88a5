// Fakes.
export { FakeBackend, UnexpectedSpawnError } from './fake/fakeBackend.js';
export type { FakeBackendOptions } from './fake/fakeBackend.js';
export { FakeChild, type FakeExitDetails } from './fake/fakeChild.js';
export { FakeHolder } from './fake/fakeHolder.js';
export type { Expectation, Pattern, ScriptedReply, SpawnPattern } from './fake/expectation.js';
export type { FakeProgram, ProgramContext, ProgramInput, ProgramOutput } from './fake/fakeProgram.js';
export type { FakeSpawnFailure } from './fake/fakeSpawnError.js';
export type { FakeSignals } from './fake/fakeSignals.js';
export type { Chunking } from './bytes/chunking.js';
export type { WriteOutcome } from './fake/fakeOutput.js';
export { VirtualClock } from './clock/virtualClock.js';
export type { VirtualClockOptions } from './clock/virtualClock.js';
export { Scheduler } from './clock/scheduler.js';
export { memoryReadPipe, memoryWritePipe } from './fake/pipePair.js';
export type { MemoryPipeOptions, MemoryReadPipe, MemoryWritePipe, MemoryWritePipeOptions } from './fake/pipePair.js';

// Record and replay.
export { recordBackend, RecordingBackend } from './record/recordBackend.js';
export type { RecordOptions } from './record/recordBackend.js';
export type { RedactOptions } from './record/redaction.js';
export { replayBackend, ReplayBackend } from './record/replayBackend.js';
export type { ReplayOptions } from './record/replayBackend.js';
export { ReplayDeviationError } from './record/replayDeviationError.js';
export type { DeviationKind } from './record/replayDeviationError.js';
export { loadSession, saveSession } from './record/sessionFile.js';
export { parseSession } from './record/sessionText.js';
export type { Session, SessionEvent, SessionHappening, SessionHeader } from './record/session.js';
export type { Payload, Redacted } from './record/payload.js';
export type { RecordedError } from './record/recordedError.js';
export type { RecordedRequest } from './record/recordedRequest.js';

// Protocols and data for tests.
export { RecordingProtocol } from './protocols/recordingProtocol.js';
export { ProtocolOrderError, StrictProtocol } from './protocols/strictProtocol.js';
export { everySplit, splitEvery } from './bytes/splitEvery.js';

// The compliance suite of backends.
export {
  backendSubject,
  casesOf,
  complianceCases,
  complianceRequirements,
  registerCompliance,
} from './compliance/index.js';
export { BROKEN_COMMANDS, CaseContext, CHILD_PROGRAM, fakeSubject, machineCommands } from './compliance/index.js';
export { decodeSteps, encodeSteps, patternBytes, step } from './compliance/index.js';
export type {
  BrokenCommand,
  BrokenKind,
  Capability,
  CaseExpectation,
  CaseRunOptions,
  Command,
  ComplianceCase,
  ComplianceCommands,
  ComplianceSubject,
  DecodedSteps,
  Fact,
  LocatedCommand,
  Requirement,
  RequirementTable,
  StartOptions,
  Step,
  SubjectOptions,
  TestRunner,
} from './compliance/index.js';
