/** Checks of values that a caller gave: a `TypeError` for a wrong type, a `ValueError` for a value without sense. */
import { fileURLToPath } from 'node:url';
import { ValueError } from '../contract/errors.js';

/** Returns a string without NUL bytes; what the child is given ends at the first one. */
export function text(value: unknown, what: string): string {
  if (typeof value !== 'string') {
    throw new TypeError(`${what} must be a string`);
  }
  if (value.includes('\0')) {
    throw new ValueError(`${what} contains a NUL byte`);
  }
  return value;
}

/** Returns the path that a string or a `file:` URL names. */
export function pathText(value: string | URL, what: string): string {
  return text(value instanceof URL ? fileURLToPath(value) : value, what);
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
