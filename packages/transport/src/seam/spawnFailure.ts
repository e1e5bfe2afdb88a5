/**
 * Explains a refusal: one number of the system stands for the directory, the program, its interpreter and its loader, so
 * each is looked at again, in the order in which the child needs them.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { SpawnError, systemErrorCode, type SpawnStage, type SystemErrorCode } from '../contract/errors.js';
import { whyTooLong } from './argumentSizes.js';
import type { ByteString, SpawnRequest } from './backend.js';
import { elfLoader } from './elfFile.js';
import { endsWith, fsPath, isAbsolutePath, pathFrom, quotedPath } from './filePath.js';
import { executableProblem, locateProgram, type ProgramQuery } from './locateProgram.js';
import { MAX_INTERPRETERS, programFormat } from './programFormat.js';
import { showByteString, type TextRequest } from './textRequest.js';

const REASONS: Partial<Record<SystemErrorCode, string>> = {
  EAGAIN: 'the system has no room for another process',
  EBADF: 'a descriptor given for the child is not open',
  EMFILE: 'this process has too few free descriptors',
  ENFILE: 'the system has too few free descriptors',
  ENOMEM: 'the system has no memory for another process',
  EPERM: 'the user or group may not be changed, or the process group not be joined',
  ETXTBSY: 'the program file, or its interpreter, is open for writing',
};

/**
 * Turns whatever the system or Node gave instead of a child into the one error class, and names the culprit.
 *
 * @param file - The file that was to be executed, `null` before it was found.
 * @param env - The child's environment. Default: that of the request, or ours.
 */
export function spawnFailure(
  thrown: unknown,
  request: SpawnRequest,
  file: ByteString | null,
  env: ProgramQuery['env'] = request.env ?? process.env,
): SpawnError {
  if (thrown instanceof SpawnError) {
    return thrown;
  }
  const code = systemErrorCode(thrown);
  const options = { cause: withoutArguments(thrown) };
  const stage = stageOf(code, request);
  if (stage === 'exec' && code !== 'E2BIG' && code !== 'ETXTBSY') {
    const culprit = startProblem(programQuery(request, env), code, options);
    if (culprit !== null) {
      return culprit;
    }
  }
  const reason = code === 'E2BIG' ? whyTooLong(request, env) : (REASONS[code] ?? 'the system refused');
  const path = file === null ? null : showByteString(file);
  return new SpawnError(code, { stage, program: showByteString(request.program), path, reason }, options);
}

/** Returns what has to be found for a request. */
export function programQuery(request: TextRequest, env: ProgramQuery<string>['env']): ProgramQuery<string>;
export function programQuery(request: SpawnRequest, env: ProgramQuery['env']): ProgramQuery;
export function programQuery(request: SpawnRequest, env: ProgramQuery['env']): ProgramQuery {
  const { program, executable, cwd } = request;
  return { program, file: executable ?? program, cwd, env };
}

/**
 * Looks at everything that has to be there for a program to start, and returns what is wrong with the first that is not as
 * it has to be; `null` if there is nothing to be seen.
 *
 * @param code - What the system said. Default: nothing yet.
 */
export function startProblem(query: ProgramQuery, code?: SystemErrorCode, options?: ErrorOptions): SpawnError | null {
  const problem = directoryProblem(query.cwd) ?? fileProblem(query, code);
  if (problem === null || problem instanceof SpawnError) {
    return problem;
  }
  const { stage, path, reason } = problem;
  const details = { stage, program: showByteString(query.program), path: showByteString(path), reason };
  return new SpawnError(problem.code, details, options);
}

interface Problem {
  readonly code: SystemErrorCode;
  readonly stage: SpawnStage;
  readonly path: ByteString;
  readonly reason: string;
}

function directoryProblem(cwd: ByteString | null): Problem | null {
  if (cwd === null) {
    return null;
  }
  const stage = 'cwd';
  try {
    if (!statSync(fsPath(cwd)).isDirectory()) {
      const reason = `the working directory is not a directory: ${quotedPath(cwd)}`;
      return { code: 'ENOTDIR', stage, path: cwd, reason };
    }
    accessSync(fsPath(cwd), constants.X_OK);
    return null;
  } catch (thrown) {
    const reason = `the working directory cannot be entered: ${quotedPath(cwd)}`;
    return { code: systemErrorCode(thrown), stage, path: cwd, reason };
  }
}

function fileProblem(query: ProgramQuery, refusal: SystemErrorCode | undefined): Problem | SpawnError | null {
  let path: ByteString;
  try {
    path = locateProgram(query);
  } catch (thrown) {
    if (thrown instanceof SpawnError) {
      return thrown;
    }
    throw thrown;
  }
  const code = executableProblem(path);
  if (code !== null) {
    return { code, stage: 'exec', path, reason: `the file cannot be executed: ${quotedPath(path)}` };
  }
  return formatProblem(path, query.cwd, refusal === 'ENOEXEC');
}

/**
 * Follows the interpreters, up to the binary and its loader.
 *
 * @param unknown - The system said that it does not know the format.
 */
function formatProblem(program: ByteString, cwd: ByteString | null, unknown: boolean): Problem | null {
  const stage = 'exec';
  let path = program;
  let subject = 'the file';
  for (let followed = 0; ; followed += 1) {
    const format = programFormat(path);
    switch (format.kind) {
      case 'unread':
        return null;
      case 'none':
        return { code: 'ENOEXEC', stage, path, reason: `${subject} ${format.reason}` };
      case 'binary':
        return unknown && format.doubt !== null
          ? { code: 'ENOEXEC', stage, path, reason: `${subject} ${format.doubt}` }
          : loaderProblem(path, format.header, subject);
      case 'script':
        break;
    }
    if (followed === MAX_INTERPRETERS) {
      return {
        code: 'ELOOP',
        stage,
        path: program,
        reason: 'its interpreters are scripts, and more than the system follows',
      };
    }
    const { interpreter } = format;
    const role = followed === 0 ? 'its interpreter' : `the interpreter of ${quotedPath(path)},`;
    subject = `${role} ${quotedPath(interpreter)}`;
    path = cwd === null ? interpreter : pathFrom(cwd, interpreter);
    const code = executableProblem(path);
    if (code !== null) {
      return { code, stage, path: interpreter, reason: `${subject} ${inWords(code)}${hintFor(interpreter)}` };
    }
  }
}

function loaderProblem(path: ByteString, header: Buffer, subject: string): Problem | null {
  const loader = elfLoader(path, header);
  const code = loader === null ? null : executableProblem(loader);
  if (loader === null || code === null) {
    return null;
  }
  const owner = subject === 'the file' ? 'its loader' : `the loader of ${subject.replace(/,$/, '')},`;
  return { code, stage: 'exec', path: loader, reason: `${owner} ${quotedPath(loader)} ${inWords(code)}` };
}

function inWords(code: SystemErrorCode): string {
  return code === 'ENOENT' ? 'does not exist' : 'cannot be executed';
}

function hintFor(interpreter: ByteString): string {
  if (endsWith(interpreter, '\r')) {
    return ': the first line ends as on Windows, with "\\r\\n"';
  }
  return isAbsolutePath(interpreter) ? '' : ': its path is relative to the directory of the child';
}

/** Node's errors carry the whole command line in `spawnargs`; causes are printed, and arguments may be secrets. */
function withoutArguments(thrown: unknown): unknown {
  if (typeof thrown === 'object' && thrown !== null && 'spawnargs' in thrown) {
    delete thrown.spawnargs;
  }
  return thrown;
}

function stageOf(code: SystemErrorCode, request: SpawnRequest): SpawnStage {
  switch (code) {
    case 'EMFILE':
    case 'ENFILE':
    case 'EBADF':
      return 'stdio';
    case 'EAGAIN':
    case 'ENOMEM':
      return 'spawn';
    case 'EPERM':
      return request.user !== null || request.group !== null ? 'identity' : groupStage(request);
    case 'ESRCH':
    case 'EINVAL':
      return groupStage(request);
    default:
      return 'exec';
  }
}

/** Joining a group that is not there, or not in our session, fails before the program is looked at. */
function groupStage(request: SpawnRequest): SpawnStage {
  return request.processGroup === null ? 'exec' : 'spawn';
}
