// For users.
export { createSubprocessExec, createSubprocessShell } from './process/createSubprocess.js';
export type { CreateExecOptions, CreateShellOptions, ProcessWith } from './process/createSubprocess.js';
export { Process } from './process/process.js';
export type { ProcessOptions, StopOptions, StopReport } from './process/process.js';
export type { WaitOptions } from './wait/deadline.js';
export type { Communicated, CommunicateOptions } from './process/communicate.js';
export type { CommunicateInput } from './process/inputFeed.js';
export type { CaptureLimits, OverflowPolicy } from './process/outputCollector.js';
export { run, shell } from './run/run.js';
export type { RunOptions, ShellOptions } from './run/run.js';
export type { RunSource, RunTarget } from './run/runStdio.js';
export type {
  CapturedAs,
  CompletedProcess,
  CompletedWith,
  Hinted,
  Only,
  OutputAs,
} from './results/completedProcess.js';
export { runMany } from './run/runMany.js';
export type { Command, RunManyOptions, RunProgress } from './run/runMany.js';
export { CalledProcessError, OutputOverflowError, TimeoutExpired } from './results/processErrors.js';
export type { CapturedOutput } from './results/processErrors.js';
export { StreamReader } from './reader/streamReader.js';
export type { ReadOptions, StreamReaderOptions } from './reader/streamReader.js';
export type { BytesLineOptions, LineEncoding, LineOptions, TextLineOptions } from './lines/lineOptions.js';
export type { Separator } from './search/separatorSearch.js';
export { StreamWriter } from './writer/streamWriter.js';
export type { WriterWaitOptions } from './writer/writerFlow.js';
export { openReadPipe, openWritePipe } from './process/streamPipes.js';
export {
  ConcurrentReadError,
  IncompleteReadError,
  LimitOverrunError,
  StreamStateError,
  TextDecodeError,
} from './results/streamErrors.js';
export { shlex } from './shell/shlex.js';
export type { SplitOptions } from './shell/shlex.js';
export { shellCommand, unquoted } from './shell/shellTemplate.js';
export type { ShellValue, ShellWord, UnquotedText } from './shell/shellTemplate.js';
export { DEVNULL, PIPE, STDOUT } from '@subwire/transport';

// For authors of libraries on top: a `Process` over a transport of their own.
export { WriterFlow } from './writer/writerFlow.js';
export { SubprocessStreamProtocol } from './process/subprocessStreamProtocol.js';
export type { StreamProtocolOptions } from './process/subprocessStreamProtocol.js';
