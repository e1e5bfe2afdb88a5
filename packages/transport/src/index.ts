// For users.
export { subprocessExec } from './subprocessExec.js';
export { subprocessShell } from './subprocessShell.js';
export { connectReadPipe, connectWritePipe } from './connectPipe.js';
export type { ConnectPipeOptions, OwnedFile, ReadablePipe, WritablePipe } from './connectPipe.js';
export { bindBackend } from './bindBackend.js';
export type { BoundBackend } from './bindBackend.js';
export { BaseProtocol } from './contract/base.js';
export type { BaseTransport } from './contract/base.js';
export { BufferedProtocol, Protocol, SubprocessProtocol } from './contract/protocols.js';
export type { ReadTransport, SubprocessTransport, WriteBufferLimits, WriteTransport } from './contract/transports.js';
export { DEVNULL, PIPE, STDOUT } from './contract/stdio.js';
export type { HasFd, StderrStdio, Stdio } from './contract/stdio.js';
export { PipeEnd } from './contract/stdio.js';
export type { EnvironmentOption } from './options/environment.js';
export type { SubprocessExecOptions, SubprocessOptions, SubprocessShellOptions } from './options/options.js';
export type { CallbackErrorReporter } from './contract/callbackErrors.js';
export { signalName, signalNumber } from './contract/signals.js';
export type { Signal, SignalFailure, SignalScope } from './contract/signals.js';
export type { ChildExit, ResourceUsage } from './contract/childExit.js';
export {
  BrokenPipeError,
  CallbackError,
  ConnectionResetError,
  NotSupportedError,
  ProcessLookupError,
  SpawnError,
  SubprocessError,
  TransportLostError,
  ValueError,
} from './contract/errors.js';
export type { LossPhase, SpawnStage, SubprocessErrorCode, SystemErrorCode } from './contract/errors.js';

// For authors of backends and of libraries on top: stable, but of no use to a program.
export { nodeBackend } from './node/nodeBackend.js';
export type {
  BackendCapabilities,
  ByteString,
  ChildPipe,
  PipeKind,
  SpawnRequest,
  SubprocessBackend,
} from './seam/backend.js';
export { ChildHandle, ReadPipeHandle, WritePipeHandle } from './seam/childHandle.js';
export type {
  BufferReceiver,
  ChildHandleEvents,
  KillAnswer,
  ReadPipeEvents,
  WritePipeEvents,
} from './seam/childHandle.js';
export type { StdioSlot } from './contract/stdio.js';
export { hasBytes, showByteString, textRequest } from './seam/textRequest.js';
export type { TextRequest } from './seam/textRequest.js';
export { Fifo } from './seam/fifo.js';
export { systemClock } from './contract/clock.js';
export type { Clock, ClockTimer } from './contract/clock.js';
export { ownOptions } from './options/ownOptions.js';
export { saysThatReaderLeft, systemErrorCode } from './contract/errors.js';
export { spawnFailure, startProblem } from './seam/spawnFailure.js';
export { hasSlash, isAbsolutePath, pathFrom } from './seam/filePath.js';
export { locateProgram } from './seam/locateProgram.js';
export type { ProgramQuery } from './seam/locateProgram.js';
