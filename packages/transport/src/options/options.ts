import type { BackendCapabilities, SpawnRequest, SubprocessBackend } from '../seam/backend.js';
import { reportAsUncaught, type CallbackErrorReporter } from '../contract/callbackErrors.js';
import { NotSupportedError, ValueError } from '../contract/errors.js';
import { ownOptions } from './ownOptions.js';
import { parseStdio, type StdioOptions } from './stdioOptions.js';
import { callable, flag, pathText, text, wholeNumber, withMethod } from './valueChecks.js';

/** How to start a child; every field has a default. */
export interface SubprocessOptions extends StdioOptions {
  /** The child's directory. Default: ours. */
  readonly cwd?: string | URL;
  /** The complete environment, nothing is merged; `undefined` values are left out. Default: ours. */
  readonly env?: Readonly<Record<string, string | undefined>>;
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
  readonly executable?: string | URL;
}

/** Options of `subprocessShell`. */
export interface SubprocessShellOptions extends SubprocessOptions {
  /** The shell. Default: `/bin/sh`. */
  readonly executable?: string | URL;
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
  program: string | URL,
  args: readonly string[],
  options: SubprocessExecOptions,
  defaultBackend: SubprocessBackend,
): readonly [SpawnRequest, CreationSettings] {
  const own = ownOptions(options, KNOWN_OPTIONS);
  if (!Array.isArray(args)) {
    throw new TypeError('args must be an array of strings');
  }
  const request: SpawnRequest = {
    program: pathText(program, 'program'),
    // Not `map`, which leaves holes alone.
    args: Array.from(args, (arg, index) => text(arg, `args[${index}]`)),
    executable: own.executable === undefined ? null : pathText(own.executable, 'executable'),
    stdio: parseStdio(own),
    cwd: own.cwd === undefined ? null : pathText(own.cwd, 'cwd'),
    env: own.env === undefined ? null : parseEnv(own.env),
    startNewSession: flag(own.startNewSession ?? false, 'startNewSession'),
    processGroup: wholeNumber(own.processGroup, 'processGroup', MAX_ID),
    pipeSize: wholeNumber(own.pipeSize, 'pipeSize', Number.MAX_SAFE_INTEGER, 1),
    user: wholeNumber(own.user, 'user', MAX_ID),
    group: wholeNumber(own.group, 'group', MAX_ID),
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

function parseEnv(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  if (typeof env !== 'object' || env === null) {
    throw new TypeError('env must be an object');
  }
  const own = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(env)) {
    const value = env[name];
    if (value === undefined) {
      continue;
    }
    if (name === '' || name.includes('=') || name.includes('\0')) {
      throw new ValueError('env has an empty name, or a name with "=" or a NUL byte');
    }
    own[name] = text(value, 'a value in env');
  }
  return own;
}

function requireCapabilities(request: SpawnRequest, backend: SubprocessBackend): void {
  const need = (capability: keyof BackendCapabilities, wanted: boolean, what: string): void => {
    if (wanted && !backend.supports[capability]) {
      throw new NotSupportedError(capability, `the ${backend.name} backend does not support ${what}`);
    }
  };
  need('newSession', request.startNewSession, 'startNewSession');
  need('processGroup', request.processGroup !== null, 'processGroup');
  need('pipeSize', request.pipeSize !== null, 'pipeSize');
  need('identity', request.user !== null || request.group !== null, 'user and group');
  need('extraFds', request.stdio.size > 3, 'passFds and extraFds');
  const slots = [...request.stdio.values()];
  need(
    'descriptors',
    slots.some((one) => one.kind === 'fd'),
    'descriptors of this process (inherit included)',
  );
}
