import { markdownFences, type Fence } from './markdown.js';
import type { Sources } from './layers.js';

/** What is wrong with one fence, and the text that would be right if there is one. */
export interface SnippetProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface SyncResult {
  readonly text: string;
  readonly problems: readonly SnippetProblem[];
}

const SNIPPET = /^<!-- snippet: (\S+?)(?:#(\S+))? -->$/;
const NOT_COMPILED = /^<!-- not compiled: \S.* -->$/;
const COMPILED_LANGUAGES = new Set(['ts', 'typescript', 'tsx', 'mts', 'cts']);

/** The lines between `// #region name` and its end, without common indentation; `null` if there is no such region. */
export function regionOf(source: string, name: string): string | null {
  const lines = source.split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  if (start < 0) return null;
  const body: string[] = [];
  let depth = 1;
  for (const line of lines.slice(start + 1)) {
    const marker = /^\s*\/\/ #(region|endregion)\b/.exec(line)?.[1];
    if (marker === 'region') depth++;
    if (marker === 'endregion' && --depth === 0) return dedent(body);
    // The markers of a region inside are no part of the text.
    if (marker === undefined) body.push(line);
  }
  return null;
}

function dedent(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const indent = Math.min(...indents, Infinity);
  return lines
    .map((line) => line.slice(Math.min(indent, line.length)).trimEnd())
    .join('\n')
    .replace(/^\n+|\s+$/g, '');
}

/** Returns the page with every snippet replaced by its source, and what cannot be put right that way. */
export function syncSnippets(file: string, page: string, sources: Sources): SyncResult {
  const lines = page.split('\n');
  const problems: SnippetProblem[] = [];
  // From the end, so that the line numbers of the earlier fences stay right.
  for (const fence of markdownFences(page).reverse()) {
    const report = (message: string): void => {
      problems.unshift({ file, line: fence.openLine + 1, message });
    };
    const wanted = wantedText(fence, sources, report);
    if (wanted !== null) lines.splice(fence.openLine + 1, fence.closeLine - fence.openLine - 1, ...wanted.split('\n'));
  }
  return { text: lines.join('\n'), problems };
}

function wantedText(fence: Fence, sources: Sources, report: (message: string) => void): string | null {
  const comment = fence.commentBefore;
  const [, path, region] = SNIPPET.exec(comment) ?? [];
  if (path === undefined) {
    if (COMPILED_LANGUAGES.has(fence.language) && !NOT_COMPILED.test(comment)) {
      report('a TypeScript block needs "<!-- snippet: file#region -->" or "<!-- not compiled: reason -->" before it');
    }
    return null;
  }
  const source = sources.get(path);
  if (source === undefined) {
    report(`the snippet's file ${path} does not exist`);
    return null;
  }
  const text = region === undefined ? source.trimEnd() : regionOf(source, region);
  if (text === null) report(`${path} has no complete region "${region ?? ''}"`);
  return text;
}

/** All problems of a page, those that `syncSnippets` would put right included. */
export function checkSnippets(file: string, page: string, sources: Sources): SnippetProblem[] {
  const { text, problems } = syncSnippets(file, page, sources);
  if (text === page) return [...problems];
  const synced = text.split('\n');
  const line = page.split('\n').findIndex((original, index) => original !== synced[index]) + 1;
  return [...problems, { file, line, message: 'a snippet differs from its source, run "pnpm docs:sync"' }];
}
