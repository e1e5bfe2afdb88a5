// Fakes.
export { FakeBackend, UnexpectedSpawnError } from './fakeBackend.js';
export type { FakeBackendOptions } from './fakeBackend.js';
export { FakeChild } from './fakeChild.js';
export { FakeHolder } from './fakeHolder.js';
export type { Expectation, Pattern, ScriptedReply, SpawnPattern } from './expectation.js';
export type { FakeProgram, ProgramContext, ProgramInput, ProgramOutput } from './fakeProgram.js';
export type { FakeSpawnFailure } from './fakeSpawnError.js';
export type { FakeSignals } from './fakeSignals.js';
export type { Chunking } from './chunking.js';
export type { WriteOutcome } from './fakeOutput.js';
export { VirtualClock } from './virtualClock.js';
export type { VirtualClockOptions } from './virtualClock.js';
export { Scheduler } from './scheduler.js';
export { memoryReadPipe, memoryWritePipe } from './pipePair.js';
export type { MemoryPipeOptions, MemoryReadPipe, MemoryWritePipe, MemoryWritePipeOptions } from './pipePair.js';

// Protocols and data for tests.
export { RecordingProtocol } from './recordingProtocol.js';
export { ProtocolOrderError, StrictProtocol } from './strictProtocol.js';
export { everySplit, splitEvery } from './splitEvery.js';

// The compliance suite of backends.
export * from './compliance/index.js';
