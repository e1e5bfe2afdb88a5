import type { BackendCapabilities, ByteString, PipeKind, SpawnRequest, SubprocessBackend } from '../seam/backend.js';
import { reportAsUncaught, type CallbackErrorReporter } from '../contract/callbackErrors.js';
import { NotSupportedError } from '../contract/errors.js';
import { hasBytes } from '../seam/textRequest.js';
import { ownOptions } from './ownOptions.js';
import { parseStdio, type StdioOptions } from './stdioOptions.js';
import { parseEnvironment, type EnvironmentOption } from './environment.js';
import { byteString, callable, flag, oneOf, pathOf, wholeNumber, withMethod } from './valueChecks.js';

/** How to start a child; every field has a default. */
export interface SubprocessOptions extends StdioOptions {
  /** The child's directory. Default: ours. */
  readonly cwd?: string | Uint8Array | URL;
  /**
   * The complete environment, nothing is merged; `undefined` values are left out. A `Map`, or an array of pairs, can have
   * names that are bytes. Default: ours.
   */
  readonly env?: EnvironmentOption;
  /** Makes the child the leader of a session, and so of a process group, of its own. Default: `false`. */
  readonly startNewSession?: boolean;
  /** The process group to join, 0 for a new one. Default: ours. */
  readonly processGroup?: number;
  /**
   * How much each pipe of the child holds, in whole bytes; the system may round it up. Default: what the system gives, and
   * more for a pipe that is busy, where the backend does that.
   *
   * @asyncio pipesize
   * Differs: `undefined` for the default instead of -1; a size that the system refuses is a `SpawnError`; a backend that
   * cannot do it refuses it, where asyncio ignores it.
   */
  readonly pipeSize?: number;
  /**
   * What stands between us and the child: real pipes, which it can open again by name, or socket pairs, which move more
   * bytes per second. Default: the first of `supports.pipes` of the backend.
   */
  readonly pipes?: PipeKind;
  /** The child's user id. Default: ours. */
  readonly user?: number;
  /** The child's group id. Default: ours. */
  readonly group?: number;
  /** Aborts the creation: the child is killed and reaped, then the call rejects with `signal.reason`. No effect later. */
  readonly signal?: AbortSignal;
  /** How long unread input may stand still after exit and `close()` before it is dropped. Default: 1 000 milliseconds. */
  readonly stdinGraceMs?: number;
  /** Takes the error of a protocol callback that threw. Default: it becomes an uncaught exception in its own task. */
  readonly onCallbackError?: CallbackErrorReporter;
  /** What starts the child. Default: the `node:child_process` backend. */
  readonly backend?: SubprocessBackend;
}

/** Options of `subprocessExec`. */
export interface SubprocessExecOptions extends SubprocessOptions {
  /** What to execute instead of the program, which then only names the child (`argv[0]`). */
  readonly executable?: string | Uint8Array | URL;
}

/** Options of `subprocessShell`. */
export interface SubprocessShellOptions extends SubprocessOptions {
  /** The shell. Default: `/bin/sh`. */
  readonly executable?: string | Uint8Array | URL;
}

/** Default of `stdinGraceMs`. */
const DEFAULT_STDIN_GRACE_MS = 1_000;

/** Highest user or group id: the one above it is the system's "unchanged". */
const MAX_ID = 0xffff_fffe;

/** Longest delay of a timer of this machine; a longer one fires at once. */
const MAX_TIMER_MS = 0x7fff_ffff;

const KNOWN_OPTIONS: ReadonlySet<string> = new Set<keyof SubprocessExecOptions>([
  'stdin',
  'stdout',
  'stderr',
  'cwd',
  'env',
  'startNewSession',
  'processGroup',
  'passFds',
  'extraFds',
  'pipeSize',
  'pipes',
  'user',
  'group',
  'signal',
  'stdinGraceMs',
  'onCallbackError',
  'backend',
  'executable',
]);

/** Everything about a creation that is not the child itself. */
export interface CreationSettings {
  readonly signal: AbortSignal | null;
  readonly stdinGraceMs: number;
  readonly onCallbackError: CallbackErrorReporter;
  readonly backend: SubprocessBackend;
}

/**
 * Checks what the caller gave and turns it into a request.
 *
 * @throws {TypeError} for a wrong type or an unknown option.
 * @throws {ValueError} for a value that makes no sense, NUL bytes included.
 * @throws {NotSupportedError} for something that the backend cannot do.
 */
export function parseCreation(
  program: string | Uint8Array | URL,
  args: readonly (string | Uint8Array)[],
  options: SubprocessExecOptions,
  defaultBackend: SubprocessBackend,
): readonly [SpawnRequest, CreationSettings] {
  const own = ownOptions(options, KNOWN_OPTIONS);
  if (!Array.isArray(args)) {
    throw new TypeError('args must be an array of strings or Uint8Arrays');
  }
  const { env, envByBytes } = parseEnvironment(own.env);
  const request: SpawnRequest = {
    program: pathOf(program, 'program'),
    args: argumentsOf(args),
    executable: own.executable === undefined ? null : pathOf(own.executable, 'executable'),
    stdio: parseStdio(own),
    cwd: own.cwd === undefined ? null : pathOf(own.cwd, 'cwd'),
    env,
    envByBytes,
    startNewSession: flag(own.startNewSession ?? false, 'startNewSession'),
    processGroup: wholeNumber(own.processGroup, 'processGroup', MAX_ID),
    pipeSize: wholeNumber(own.pipeSize, 'pipeSize', Number.MAX_SAFE_INTEGER, 1),
    user: wholeNumber(own.user, 'user', MAX_ID),
    group: wholeNumber(own.group, 'group', MAX_ID),
    pipes: own.pipes === undefined ? null : oneOf<PipeKind>(own.pipes, ['pipe', 'socket'], 'pipes'),
    synchronous: false,
  };
  const settings: CreationSettings = {
    signal: own.signal === undefined ? null : withMethod(own.signal, 'throwIfAborted', 'signal must be an AbortSignal'),
    stdinGraceMs: wholeNumber(own.stdinGraceMs, 'stdinGraceMs', MAX_TIMER_MS) ?? DEFAULT_STDIN_GRACE_MS,
    onCallbackError:
      own.onCallbackError === undefined ? reportAsUncaught : callable(own.onCallbackError, 'onCallbackError'),
    backend: own.backend === undefined ? defaultBackend : withMethod(own.backend, 'spawn', 'backend must be a backend'),
  };
  requireCapabilities(request, settings.backend);
  return [request, settings];
}

/** Holes are refused too, which `map` would leave alone. */
function argumentsOf(args: readonly unknown[]): readonly ByteString[] {
  const checked: ByteString[] = [];
  for (let index = 0; index < args.length; index += 1) {
    checked.push(byteString(args[index], `args[${index}]`));
  }
  return checked;
}

function requireCapabilities(request: SpawnRequest, backend: SubprocessBackend): void {
  const { name, supports } = backend;
  const refuse = (capability: keyof BackendCapabilities, what: string): never => {
    throw new NotSupportedError(capability, `the ${name} backend does not support ${what}`);
  };
  if (request.startNewSession && !supports.newSession) {
    refuse('newSession', 'startNewSession');
  }
  if (request.processGroup !== null && !supports.processGroup) {
    refuse('processGroup', 'processGroup');
  }
  if (request.pipeSize !== null && !supports.pipeSize) {
    refuse('pipeSize', 'pipeSize');
  }
  if (request.pipeSize !== null && (request.pipes ?? supports.pipes[0]) === 'socket') {
    refuse('pipeSize', 'pipeSize for socket pairs');
  }
  if ((request.user !== null || request.group !== null) && !supports.identity) {
    refuse('identity', 'user and group');
  }
  if (request.stdio.size > 3 && !supports.extraFds) {
    refuse('extraFds', 'passFds and extraFds');
  }
  if (!supports.bytes && hasBytes(request)) {
    refuse('bytes', 'a program, arguments, a directory or variables that are not UTF-8');
  }
  if (request.pipes !== null && !supports.pipes.includes(request.pipes)) {
    refuse('pipes', `pipes: ${JSON.stringify(request.pipes)}`);
  }
  if (!supports.descriptors || !supports.createPipe) {
    for (const { kind } of request.stdio.values()) {
      if (kind === 'fd' && !supports.descriptors) {
        refuse('descriptors', 'descriptors of this process (inherit included)');
      }
      if (kind === 'end' && !supports.createPipe) {
        refuse('createPipe', 'pipes between children');
      }
    }
  }
}
