import { getSystemErrorName } from 'node:util';
import { SubprocessError, systemErrorCode } from '@subwire/transport';

/** An error as Node's own functions throw it. */
export interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/** The call that gives a pipe its size, by the name that an error has for it: what it refuses is told apart by that. */
export const PIPE_SIZE_CALL = 'fcntl(F_SETPIPE_SZ)';

/** Returns the error that stands for an errno. */
export function systemError(syscall: string, errno: number): SystemError {
  const code = errno > 0 ? getSystemErrorName(-errno) : 'EOTHER';
  return Object.assign(new Error(`${syscall} failed (${code})`), { code, errno: -errno, syscall });
}

/** Returns the reason with which a pipe is lost. */
export function pipeFailure(syscall: string, errno: number): SubprocessError {
  return toPipeFailure(systemError(syscall, errno));
}

/** Returns the reason with which a pipe is lost, for whatever was thrown: nothing that failed is passed on untyped. */
export function toPipeFailure(cause: unknown): SubprocessError {
  const code = systemErrorCode(cause);
  return new SubprocessError(code, `the pipe failed (${code})`, { cause });
}
