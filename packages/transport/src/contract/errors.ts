/**
 * Rules of this file: a class of its own only where fields differ or asyncio has one; `code` is a word of ours or the
 * system's own name; the cause is attached; messages name the program and never show arguments or environment.
 */

/** System error codes that are likely here. Every other one is passed on too. */
type KnownSystemCode =
  | 'E2BIG'
  | 'EACCES'
  | 'EAGAIN'
  | 'EBADF'
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'EHOSTUNREACH'
  | 'EINVAL'
  | 'EIO'
  | 'EISDIR'
  | 'ELOOP'
  | 'EMFILE'
  | 'ENAMETOOLONG'
  | 'ENFILE'
  | 'ENOENT'
  | 'ENOEXEC'
  | 'ENOMEM'
  | 'ENOSPC'
  | 'ENOTDIR'
  | 'EPERM'
  | 'EPIPE'
  | 'ESRCH'
  | 'ETIMEDOUT'
  | 'ETXTBSY';

/** The name that the system has for an error, `EOTHER` where there is none. Open: match on those that you know. */
export type SystemErrorCode = KnownSystemCode | 'EOTHER' | (`E${string}` & {});

/** Every `code` that an error of this package can have. */
export type SubprocessErrorCode =
  SystemErrorCode | 'ERR_CALLBACK' | 'ERR_INVALID_VALUE' | 'ERR_NOT_SUPPORTED' | 'ERR_TRANSPORT_LOST';

/** Base of the errors that have no better home in the language. Match on `code`, not on the class. */
export class SubprocessError extends Error {
  override readonly name: string = 'SubprocessError';
  /** What happened, stable over releases. */
  readonly code: SubprocessErrorCode;

  constructor(code: SubprocessErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * How far the start of a child had come when it failed. Open: backends that reach further away have more of them
 * (`connect`, `auth`, `queue`).
 */
export type SpawnStage = KnownSpawnStage | (string & {});

/** The stages of a start on this machine. */
type KnownSpawnStage = 'lookup' | 'cwd' | 'stdio' | 'spawn' | 'exec' | 'identity' | 'watch';

/**
 * A child could not be started; nothing of it is left.
 *
 * With `mayHaveRun` the program was under way already, could not be watched, and was killed.
 * @asyncio FileNotFoundError, PermissionError, NotADirectoryError and other OSErrors at creation
 * Differs: one class; `code` and `stage` tell the cases apart.
 */
export class SpawnError extends SubprocessError {
  override readonly name: string = 'SpawnError';
  declare readonly code: SystemErrorCode;
  /** How far the start had come. */
  readonly stage: SpawnStage;
  /** The program as the caller named it. */
  readonly program: string;
  /** The file or directory that is to blame, `null` where none is. */
  readonly path: string | null;
  /** Whether the program may have run for a moment. */
  readonly mayHaveRun: boolean;

  constructor(
    code: SystemErrorCode,
    details: { stage: SpawnStage; program: string; path: string | null; reason: string; mayHaveRun?: boolean },
    options?: ErrorOptions,
  ) {
    super(code, `cannot start ${JSON.stringify(details.program)}: ${details.reason} (${code})`, options);
    this.stage = details.stage;
    this.program = details.program;
    this.path = details.path;
    this.mayHaveRun = details.mayHaveRun ?? false;
  }
}

/**
 * The process has ended; there is nothing left to signal.
 *
 * @asyncio ProcessLookupError
 */
export class ProcessLookupError extends SubprocessError {
  override readonly name: string = 'ProcessLookupError';
  declare readonly code: 'ESRCH';

  constructor(message = 'the process has ended') {
    super('ESRCH', message);
  }
}

/**
 * Nobody reads the pipe any more and bytes were left over.
 *
 * @asyncio BrokenPipeError
 */
export class BrokenPipeError extends SubprocessError {
  override readonly name: string = 'BrokenPipeError';
  declare readonly code: 'EPIPE';

  constructor(message = 'the reader of the pipe went away', options?: ErrorOptions) {
    super('EPIPE', message, options);
  }
}

/**
 * The connection was lost before the call.
 *
 * @asyncio ConnectionResetError
 */
export class ConnectionResetError extends SubprocessError {
  override readonly name: string = 'ConnectionResetError';
  declare readonly code: 'ECONNRESET';

  constructor(message = 'Connection lost', options?: ErrorOptions) {
    super('ECONNRESET', message, options);
  }
}

/**
 * An argument has the right type and a value that makes no sense.
 *
 * @asyncio ValueError
 * Differs: a `RangeError`, as JavaScript calls such values.
 */
export class ValueError extends RangeError {
  override readonly name: string = 'ValueError';
  readonly code = 'ERR_INVALID_VALUE' as const;
}

/**
 * The backend cannot do what was asked for; nothing was done.
 *
 * @asyncio NotImplementedError
 * Differs: names the capability that the backend lacks.
 */
export class NotSupportedError extends SubprocessError {
  override readonly name: string = 'NotSupportedError';
  declare readonly code: 'ERR_NOT_SUPPORTED';
  /** The name of the missing capability, as in `backend.supports`. */
  readonly capability: string;

  constructor(capability: string, message: string) {
    super('ERR_NOT_SUPPORTED', message);
    this.capability = capability;
  }
}

/** The part of a remote child's life in which its link was lost. */
export type LossPhase = 'starting' | 'running' | 'exiting';

/** The link to the child died: its status is unknown, and the process may still run. */
export class TransportLostError extends SubprocessError {
  override readonly name: string = 'TransportLostError';
  declare readonly code: 'ERR_TRANSPORT_LOST';
  /** When it happened. */
  readonly phase: LossPhase;
  /** Whether the process may still run on the other side; `'unknown'` where nobody can tell. */
  readonly mayStillRun: boolean | 'unknown';

  constructor(
    message: string,
    details: { phase: LossPhase; mayStillRun: boolean | 'unknown' },
    options?: ErrorOptions,
  ) {
    super('ERR_TRANSPORT_LOST', message, options);
    this.phase = details.phase;
    this.mayStillRun = details.mayStillRun;
  }
}

/** A callback of a protocol threw; what it threw is the `cause`. */
export class CallbackError extends SubprocessError {
  override readonly name: string = 'CallbackError';
  declare readonly code: 'ERR_CALLBACK';
  /** The name of the callback. */
  readonly callback: string;

  constructor(callback: string, thrown: unknown) {
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    super('ERR_CALLBACK', `protocol.${callback}() failed: ${what}`, { cause: thrown });
    this.callback = callback;
  }
}

/** Returns the system error code of anything thrown by the runtime, `EOTHER` where it has none. */
export function systemErrorCode(thrown: unknown): SystemErrorCode {
  // By shape: the error may come from another realm.
  const code: unknown = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  // Codes of Node's own begin with `ERR_`.
  return typeof code === 'string' && /^E(?!RR_)[A-Z0-9]+$/.test(code) ? (code as SystemErrorCode) : 'EOTHER';
}

/** Tells whether the error of a pipe that we write only says that its reader went away, which is an ordinary end. */
export function saysThatReaderLeft(thrown: unknown): boolean {
  const code = systemErrorCode(thrown);
  return code === 'EPIPE' || code === 'ECONNRESET';
}
