import { fileURLToPath } from 'node:url';
import type { BackendCapabilities, SpawnRequest, SubprocessBackend } from './backend.js';
import { reportAsUncaught, type CallbackErrorReporter } from './callbackQueue.js';
import { NotSupportedError, ValueError } from './errors.js';
import { ownOptions } from './ownOptions.js';
import { DEVNULL, PIPE, STDOUT, type Stdio, type StderrStdio, type StdioSlot } from './stdio.js';

/** How to start a child; every field has a default. */
export interface SubprocessOptions {
  /** The child's descriptor 0. Default: `PIPE`. */
  readonly stdin?: Stdio;
  /** The child's descriptor 1. Default: `PIPE`. */
  readonly stdout?: Stdio;
  /** The child's descriptor 2. Default: `PIPE`. */
  readonly stderr?: StderrStdio;
  /** The child's directory. Default: ours. */
  readonly cwd?: string | URL;
  /** The complete environment, nothing is merged; `undefined` values are left out. Default: ours. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Makes the child the leader of a session, and so of a process group, of its own. Default: `false`. */
  readonly startNewSession?: boolean;
  /** The process group to join, 0 for a new one. Default: ours. */
  readonly processGroup?: number;
  /** Descriptors (3 or higher) that the child gets under the same numbers. Default: none. */
  readonly passFds?: readonly number[];
  /** What stands at further descriptors (3 or higher) of the child; `PIPE` is an output of it. Default: none. */
  readonly extraFds?: Readonly<Record<number, Stdio>>;
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

/** Highest descriptor number that a child may be given. */
const MAX_FD = 4_095;

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

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') {
    throw new TypeError(`${what} must be a string`);
  }
  if (value.includes('\0')) {
    throw new ValueError(`${what} contains a NUL byte`);
  }
  return value;
}

function pathText(value: string | URL, what: string): string {
  return text(value instanceof URL ? fileURLToPath(value) : value, what);
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
    own[name] = text(value, `env.${name}`);
  }
  return own;
}

function wholeNumber(value: number | undefined, what: string, max: number): number | null {
  if (value === undefined) {
    return null;
  }
  if (typeof value !== 'number') {
    throw new TypeError(`${what} must be a number`);
  }
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new ValueError(`${what} must be a whole number from 0 to ${max}`);
  }
  return value;
}

function flag(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') {
    throw new TypeError(`${what} must be true or false`);
  }
  return value;
}

function callable<F>(value: F, what: string): F {
  if (typeof value !== 'function') {
    throw new TypeError(`${what} must be a function`);
  }
  return value;
}

/** By shape and not by class: a signal may come from another realm. */
function withMethod<T extends object>(value: T, method: keyof T, message: string): T {
  const given: unknown = value;
  if (typeof given !== 'object' || given === null || typeof value[method] !== 'function') {
    throw new TypeError(message);
  }
  return value;
}

function parseStdio(own: Partial<SubprocessOptions>): ReadonlyMap<number, StdioSlot> {
  const stdio = new Map<number, StdioSlot>();
  stdio.set(0, slot(own.stdin, 0, 'stdin'));
  const stdout = slot(own.stdout, 1, 'stdout');
  stdio.set(1, stdout);
  if (own.stderr === STDOUT) {
    stdio.set(2, stdout.kind === 'pipe' ? { kind: 'stdout' } : stdout);
  } else {
    stdio.set(2, slot(own.stderr, 2, 'stderr'));
  }
  const passed: unknown = own.passFds === undefined ? [] : own.passFds;
  if (!Array.isArray(passed)) {
    throw new TypeError('passFds must be an array of descriptors');
  }
  for (const fd of passed as readonly number[]) {
    stdio.set(extraFd(fd), { kind: 'fd', fd });
  }
  const extra = own.extraFds === undefined ? {} : own.extraFds;
  if (typeof extra !== 'object' || (extra as unknown) === null) {
    throw new TypeError('extraFds must be an object');
  }
  for (const key of Object.keys(extra)) {
    const fd = extraFd(Number(key));
    // '03' is 3 too, and is not a key that `extra[3]` finds.
    if (String(fd) !== key || stdio.has(fd)) {
      throw new ValueError(`extraFds has a strange key, or descriptor ${fd} is in passFds too`);
    }
    stdio.set(fd, slot(extra[fd], fd, `extraFds[${fd}]`));
  }
  return stdio;
}

function extraFd(fd: number): number {
  if (!Number.isInteger(fd) || fd < 3 || fd > MAX_FD) {
    throw new ValueError(`an extra descriptor must be a whole number from 3 to ${MAX_FD}`);
  }
  return fd;
}

function slot(given: Stdio | undefined, childFd: number, what: string): StdioSlot {
  switch (given) {
    case undefined:
    case PIPE:
      return { kind: 'pipe' };
    case DEVNULL:
      return { kind: 'null' };
    case null:
      return { kind: 'fd', fd: childFd };
    default: {
      const fd: unknown = typeof given === 'object' ? given.fd : given;
      if (fd === STDOUT) {
        throw new ValueError(`${what} cannot be STDOUT; only stderr can`);
      }
      if (typeof fd !== 'number') {
        throw new TypeError(`${what} must be PIPE, DEVNULL, null, a descriptor, or an object with one`);
      }
      if (!Number.isInteger(fd) || fd < 0) {
        throw new ValueError(`${what} is not a descriptor`);
      }
      return { kind: 'fd', fd };
    }
  }
}

function requireCapabilities(request: SpawnRequest, backend: SubprocessBackend): void {
  const need = (capability: keyof BackendCapabilities, wanted: boolean, what: string): void => {
    if (wanted && !backend.supports[capability]) {
      throw new NotSupportedError(capability, `the ${backend.name} backend does not support ${what}`);
    }
  };
  need('newSession', request.startNewSession, 'startNewSession');
  need('processGroup', request.processGroup !== null, 'processGroup');
  need('identity', request.user !== null || request.group !== null, 'user and group');
  need('extraFds', request.stdio.size > 3, 'passFds and extraFds');
  const slots = [...request.stdio.values()];
  need(
    'descriptors',
    slots.some((one) => one.kind === 'fd'),
    'descriptors of this process (inherit included)',
  );
}
