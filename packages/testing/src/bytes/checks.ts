import { ValueError } from '@subwire/transport';

/**
 * Checks an option that must be an integer.
 *
 * @param value - The option.
 * @param what - What it is, for the message.
 * @param least - The smallest value that is allowed.
 * @returns the value.
 * @throws {ValueError} if it is no integer, or less than `least`.
 */
export function wholeNumber(value: number, what: string, least: number): number {
  if (!Number.isInteger(value) || value < least) {
    throw new ValueError(`${what} must be a whole number, at least ${least}, and not ${value}`);
  }
  return value;
}
