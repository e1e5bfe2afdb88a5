/** The differences between a spawn and what was expected, as text. */
import type { SpawnRequest } from '@subwire/transport';
import { requestText } from '../bytes/requestText.js';
import type { Expectation, Pattern, SpawnPattern } from './expectation.js';

/** Weight of a wrong program: more than that of many wrong arguments. */
const PROGRAM_WEIGHT = 1_000;

/** Returns the differences between a spawn and a pattern; an empty list if it matches. */
export function differences(pattern: SpawnPattern, given: SpawnRequest): string[] {
  const request = requestText(given);
  return [
    ...compare('program', pattern.program, request.program),
    ...argsDifferences(pattern.args, request.args),
    ...(pattern.cwd === undefined ? [] : compare('cwd', pattern.cwd, request.cwd)),
    ...envDifferences(pattern.env, request.env ?? process.env),
  ];
}

function argsDifferences(wanted: SpawnPattern['args'], given: readonly string[]): string[] {
  if (wanted === undefined) {
    return [];
  }
  if (typeof wanted === 'function') {
    return wanted(given) ? [] : [`args: refused by the predicate: ${JSON.stringify(given)}`];
  }
  const count = wanted.length === given.length ? [] : [`args: expected ${wanted.length}, got ${given.length}`];
  const length = Math.max(wanted.length, given.length);
  const each = Array.from({ length }, (_, index) => {
    const one = wanted[index];
    return one === undefined
      ? [`args[${index}]: expected nothing, got ${JSON.stringify(given[index])}`]
      : compare(`args[${index}]`, one, given[index]);
  });
  return [...count, ...each.flat()];
}

function envDifferences(wanted: SpawnPattern['env'], given: Readonly<Record<string, string | undefined>>): string[] {
  if (typeof wanted === 'function') {
    const defined = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return wanted(Object.fromEntries(defined)) ? [] : ['env: refused by the predicate'];
  }
  return Object.entries(wanted ?? {}).flatMap(([name, one]) => compare(`env.${name}`, one, given[name]));
}

function compare<T extends string | null>(what: string, wanted: Pattern<T>, given: T | undefined): string[] {
  if (given !== undefined && matches(wanted, given)) {
    return [];
  }
  return [`${what}: expected ${show(wanted)}, got ${given === undefined ? 'nothing' : JSON.stringify(given)}`];
}

function matches<T extends string | null>(pattern: Pattern<T>, value: T): boolean {
  if (pattern instanceof RegExp) {
    // Not `test`, which begins at `lastIndex` if the expression is global.
    return typeof value === 'string' && value.search(pattern) !== -1;
  }
  return typeof pattern === 'function' ? pattern(value) : pattern === value;
}

/** Returns a pattern as text, for messages. */
export function showPattern(pattern: SpawnPattern): string {
  const args = Array.isArray(pattern.args) ? ` [${pattern.args.map(show).join(', ')}]` : '';
  return `${show(pattern.program)}${args}`;
}

function show(pattern: unknown): string {
  if (typeof pattern === 'function') {
    return 'what the predicate wants';
  }
  return pattern instanceof RegExp ? String(pattern) : JSON.stringify(pattern);
}

/**
 * Returns the reason why a spawn is unexpected, as text.
 *
 * @param request - The spawn.
 * @param candidates - The expectations that a spawn may meet now.
 * @param all - All expectations, also those that were met or may be met later.
 */
export function whyUnexpected(
  request: SpawnRequest,
  candidates: readonly Expectation[],
  all: readonly Expectation[],
): string {
  const { program, args } = requestText(request);
  const spawn = `unexpected spawn of ${JSON.stringify(program)} ${JSON.stringify(args)}`;
  const untimely = all.find(({ pattern }) => differences(pattern, request).length === 0);
  if (untimely !== undefined) {
    const reason = untimely.isOpen
      ? `it is expected, but later; now it is the turn of ${candidates.map(({ pattern }) => showPattern(pattern)).join(' or ')}`
      : `it was expected ${untimely.met} time(s), and all of them have come`;
    return `${spawn}: ${reason}`;
  }
  const [best] = candidates
    .map(({ pattern }) => ({ pattern, found: differences(pattern, request) }))
    .sort((left, right) => weight(left.found) - weight(right.found));
  if (best === undefined) {
    return `${spawn}: nothing more is expected`;
  }
  return `${spawn}; the closest expectation is ${showPattern(best.pattern)}:\n  ${best.found.join('\n  ')}`;
}

function weight(found: readonly string[]): number {
  return found.reduce((sum, one) => sum + (one.startsWith('program:') ? PROGRAM_WEIGHT : 1), 0);
}
