/** Checks of values that a caller gave: a `TypeError` for a wrong type, a `ValueError` for a value without sense. */
import { fileURLToPath } from 'node:url';
import { ValueError } from '../contract/errors.js';
import type { ByteString } from '../seam/backend.js';

/** Returns a string without NUL bytes; what the child is given ends at the first one. */
export function text(value: unknown, what: string, wanted = 'a string'): string {
  if (typeof value !== 'string') {
    throw new TypeError(`${what} must be ${wanted}`);
  }
  if (value.includes('\0')) {
    throw new ValueError(`${what} contains a NUL byte`);
  }
  return value;
}

/** Keeps a mark at the start, and throws where text would lose something. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Returns text, or a copy of bytes that are no text: what is UTF-8 is text, however it was given.
 *
 * Neither may contain a NUL byte.
 */
export function byteString(value: unknown, what: string): ByteString {
  if (!(value instanceof Uint8Array)) {
    return text(value, what, 'a string or a Uint8Array');
  }
  if (value.includes(0)) {
    throw new ValueError(`${what} contains a NUL byte`);
  }
  try {
    return utf8.decode(value);
  } catch (undecodable) {
    void undecodable;
    return new Uint8Array(value);
  }
}

/** Returns the path that a string, bytes or a `file:` URL name. */
export function pathOf(value: string | Uint8Array | URL, what: string): ByteString {
  return byteString(value instanceof URL ? fileURLToPath(value) : value, what);
}

/** Returns a whole number from `min` to `max`, `null` for none. */
export function wholeNumber(value: number | undefined, what: string, max: number, min = 0): number | null {
  if (value === undefined) {
    return null;
  }
  if (typeof value !== 'number') {
    throw new TypeError(`${what} must be a number`);
  }
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ValueError(`${what} must be a whole number from ${min} to ${max}`);
  }
  return value;
}

/** Returns a boolean. */
export function flag(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') {
    throw new TypeError(`${what} must be true or false`);
  }
  return value;
}

/** Returns one of the words that are allowed. */
export function oneOf<W extends string>(value: W, words: readonly W[], what: string): W {
  if (!words.includes(value)) {
    const list = words.map((word) => JSON.stringify(word)).join(' or ');
    throw typeof value === 'string'
      ? new ValueError(`${what} must be ${list}`)
      : new TypeError(`${what} must be ${list}`);
  }
  return value;
}

/** Returns a function. */
export function callable<F>(value: F, what: string): F {
  if (typeof value !== 'function') {
    throw new TypeError(`${what} must be a function`);
  }
  return value;
}

/** Returns an object with a method. By shape and not by class: a signal may come from another realm. */
export function withMethod<T extends object>(value: T, method: keyof T, message: string): T {
  const given: unknown = value;
  if (typeof given !== 'object' || given === null || typeof value[method] !== 'function') {
    throw new TypeError(message);
  }
  return value;
}
