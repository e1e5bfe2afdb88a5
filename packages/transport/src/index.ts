// For users.
export { subprocessExec } from './subprocessExec.js';
export { subprocessShell } from './subprocessShell.js';
export { connectReadPipe, connectWritePipe } from './connectPipe.js';
export type { ConnectPipeOptions, OwnedFile, ReadablePipe, WritablePipe } from './connectPipe.js';
export { bindBackend } from './bindBackend.js';
export type { BoundBackend } from './bindBackend.js';
export { BaseProtocol } from './base.js';
export type { BaseTransport } from './base.js';
export { BufferedProtocol, Protocol, SubprocessProtocol } from './protocols.js';
export type { ReadTransport, SubprocessTransport, WriteBufferLimits, WriteTransport } from './transports.js';
export { DEVNULL, PIPE, STDOUT } from './stdio.js';
export type { HasFd, StderrStdio, Stdio } from './stdio.js';
export type { SubprocessExecOptions, SubprocessOptions, SubprocessShellOptions } from './options.js';
export type { CallbackErrorReporter } from './callbackQueue.js';
export { signalName, signalNumber } from './signals.js';
export type { Signal } from './signals.js';
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
} from './errors.js';
export type { LossPhase, SpawnStage, SubprocessErrorCode, SystemErrorCode } from './errors.js';

// For authors of backends and of libraries on top: stable, but of no use to a program.
export { nodeBackend } from './nodeBackend.js';
export type { BackendCapabilities, SpawnRequest, SubprocessBackend } from './backend.js';
export { ChildHandle, ReadPipeHandle, WritePipeHandle } from './childHandle.js';
export type { BufferReceiver, ChildHandleEvents, ReadPipeEvents, WritePipeEvents } from './childHandle.js';
export type { StdioSlot } from './stdio.js';
export { systemClock } from './clock.js';
export type { Clock, ClockTimer } from './clock.js';
export { ownOptions } from './ownOptions.js';
export { systemErrorCode } from './errors.js';
export { toSpawnError } from './spawnErrors.js';
export { checkDirectory, findProgramFile } from './programFile.js';
export type { ProgramQuery } from './programFile.js';
