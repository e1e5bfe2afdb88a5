import { ValueError } from '@subwire/transport';

/**
 * Returns a number that is whole and at least `least`.
 *
 * @throws {ValueError} for any other.
 */
export function wholeNumber(value: number, what: string, least: number): number {
  if (!Number.isInteger(value) || value < least) {
    throw new ValueError(`${what} must be a whole number, at least ${least}, and not ${value}`);
  }
  return value;
}
