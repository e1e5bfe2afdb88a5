/** Text with something left out. */

/** What stands for text that was left out. */
export const REDACTED = '[redacted]';

/** Whether a text is what was recorded; what was left out matches anything. */
export function matchesRedacted(recorded: string, text: string): boolean {
  const literals = recorded.split(REDACTED).map(escapeRegExp);
  return new RegExp(`^${literals.join('.*')}$`, 's').test(text);
}

/** Returns the source of an expression that matches a text and nothing else. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
