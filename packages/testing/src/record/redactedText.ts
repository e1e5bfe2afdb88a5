/** Redacted text. */

/** Replaces redacted text. */
export const REDACTED = '[redacted]';

/** Tells whether a text is equal to a recorded one, in which redacted parts match any text. */
export function matchesRedacted(recorded: string, text: string): boolean {
  const literals = recorded.split(REDACTED).map(escapeRegExp);
  return new RegExp(`^${literals.join('.*')}$`, 's').test(text);
}

/** Returns the source of a regular expression that matches exactly the text. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
