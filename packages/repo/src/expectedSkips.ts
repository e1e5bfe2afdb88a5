/**
 * Which tests may be skipped where `CI` is `true`; any other skip is a failure there.
 *
 * `.ci/expected-skips` has a line for each: the file of the test, `: `, and its full title. A `*` stands for any text; `#`
 * begins a comment; empty lines do not count.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Returns the patterns of a list. */
export function parseExpectedSkips(text: string): readonly RegExp[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => new RegExp(`^${line.split('*').map(escaped).join('.*')}$`));
}

/** Returns the skips that no pattern allows. */
export function unexpectedSkips(skipped: readonly string[], patterns: readonly RegExp[]): readonly string[] {
  return skipped.filter((name) => !patterns.some((pattern) => pattern.test(name)));
}

/** Returns the skips that the list of the repository at `root` does not allow; none where `CI` is not `true`. */
export function forbiddenSkips(
  root: string,
  skipped: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  if (environment['CI'] !== 'true') {
    return [];
  }
  const list = path.join(root, '.ci/expected-skips');
  return unexpectedSkips(skipped, parseExpectedSkips(existsSync(list) ? readFileSync(list, 'utf8') : ''));
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
