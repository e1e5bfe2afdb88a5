import { NotSupportedError } from '../contract/errors.js';
import type { ByteString, SpawnRequest } from './backend.js';

/** A request without bytes that are no text. */
export interface TextRequest extends SpawnRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly executable: string | null;
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>> | null;
}

/**
 * Returns a request as one of text alone, for backends that lack `supports.bytes`.
 *
 * Requests of `subprocessExec` have been checked; this is for those that come to a backend directly.
 * @throws {NotSupportedError} `'bytes'` if there are bytes in it.
 */
export function textRequest(request: SpawnRequest, backendName: string): TextRequest {
  if (hasBytes(request)) {
    throw new NotSupportedError(
      'bytes',
      `the ${backendName} backend does not support a program, arguments, a directory or variables that are not UTF-8`,
    );
  }
  return request as TextRequest;
}

/** Tells whether anything in a request is bytes that are not UTF-8. */
export function hasBytes({ program, args, executable, cwd, env, envByBytes }: SpawnRequest): boolean {
  return (
    isBytes(program) ||
    isBytes(executable) ||
    isBytes(cwd) ||
    args.some(isBytes) ||
    envByBytes.length > 0 ||
    hasByteValues(env)
  );
}

function isBytes(value: ByteString | null): boolean {
  return typeof value === 'object' && value !== null;
}

function hasByteValues(env: SpawnRequest['env']): boolean {
  // Without a prototype, so only own names come; no list of them is made for every child.
  for (const name in env) {
    if (typeof env[name] === 'object') {
      return true;
    }
  }
  return false;
}

/** Returns text that shows what may be bytes, for messages: bytes that are no ASCII as `\\xNN`. */
export function showByteString(value: ByteString): string {
  if (!(value instanceof Uint8Array)) {
    return value;
  }
  return Array.from(value, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}
