// For users.
export { createSubprocessExec, createSubprocessShell } from './createSubprocess.js';
export type { CreateExecOptions, CreateShellOptions, ProcessWith } from './createSubprocess.js';
export { Process } from './process.js';
export type { ProcessOptions, StopOptions, StopReport } from './process.js';
export type { WaitOptions } from './deadline.js';
export type { Communicated, CommunicateOptions } from './communicate.js';
export type { CommunicateInput } from './inputFeed.js';
export type { CaptureLimits, OverflowPolicy } from './outputCollector.js';
export { run, shell } from './run.js';
export type { RunOptions, ShellOptions } from './run.js';
export type { RunSource, RunTarget } from './runStdio.js';
export type { CapturedAs, CompletedProcess, CompletedWith, Hinted, Only, OutputAs } from './completedProcess.js';
export { runMany } from './runMany.js';
export type { Command, RunManyOptions, RunProgress } from './runMany.js';
export { CalledProcessError, OutputOverflowError, TimeoutExpired } from './processErrors.js';
export type { CapturedOutput } from './processErrors.js';
export { StreamReader } from './streamReader.js';
export type { ReadOptions, StreamReaderOptions } from './streamReader.js';
export type { BytesLineOptions, LineEncoding, LineOptions, TextLineOptions } from './lineOptions.js';
export type { Separator } from './separatorSearch.js';
export { StreamWriter } from './streamWriter.js';
export type { WriterWaitOptions } from './writerFlow.js';
export { openReadPipe, openWritePipe } from './streamPipes.js';
export {
  ConcurrentReadError,
  IncompleteReadError,
  LimitOverrunError,
  StreamStateError,
  TextDecodeError,
} from './streamErrors.js';
export { shlex } from './shlex.js';
export type { SplitOptions } from './shlex.js';
export { shellCommand, unquoted } from './shellTemplate.js';
export type { ShellValue, ShellWord, UnquotedText } from './shellTemplate.js';
export { DEVNULL, PIPE, STDOUT } from '@subwire/transport';

// For authors of libraries on top: a `Process` over a transport of their own.
export { WriterFlow } from './writerFlow.js';
export { SubprocessStreamProtocol } from './subprocessStreamProtocol.js';
export type { StreamProtocolOptions } from './subprocessStreamProtocol.js';
