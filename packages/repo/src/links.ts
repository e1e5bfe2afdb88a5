import path from 'node:path';
import { anchorsOf, proseLines } from './markdown.js';
import type { Sources } from './layers.js';
import type { SnippetProblem } from './snippets.js';

/** Relative links whose file or anchor does not exist. `pages` holds every Markdown page by path from the root. */
export function checkLinks(pages: Sources, exists: (file: string) => boolean): SnippetProblem[] {
  const problems: SnippetProblem[] = [];
  for (const [file, page] of pages) {
    proseLines(page).forEach((line, index) => {
      for (const link of linksIn(line)) {
        const message = linkProblem(file, link, pages, exists);
        if (message !== null) problems.push({ file, line: index + 1, message });
      }
    });
  }
  return problems;
}

/** Pages beside and below `index` that neither it nor the index of a folder that it links to has. */
export function checkIndex(pages: Sources, index: string): SnippetProblem[] {
  const found = new Set([index]);
  // A set that grows while it is gone through: indexes that are found are gone through too.
  for (const file of found) {
    if (path.posix.basename(file) !== 'index.md') continue;
    for (const link of proseLines(pages.get(file) ?? '').flatMap(linksIn)) {
      found.add(path.posix.join(path.posix.dirname(file), link.replace(/#.*$/, '')));
    }
  }
  const folder = `${path.posix.dirname(index)}/`;
  return [...pages.keys()]
    .filter((file) => file.startsWith(folder) && !found.has(file))
    .map((file) => ({ file, line: 1, message: `no index has a link to it, add one to ${index}` }));
}

function linksIn(line: string): string[] {
  const inline = [...line.matchAll(/\]\(\s*<?([^)\s>]*)>?(?:\s+["'(][^)]*)?\)/g)];
  const definitions = [...line.matchAll(/^\s*\[[^\]]+\]:\s*<?([^\s>]+)>?/g)];
  const html = [...line.matchAll(/\b(?:href|src)="([^"]*)"/g)];
  return [...inline, ...definitions, ...html].map(([, target = '']) => target);
}

function linkProblem(from: string, link: string, pages: Sources, exists: (file: string) => boolean): string | null {
  if (/^[a-z][a-z\d+.-]*:/i.test(link)) return null;
  if (link === '') return 'empty link';
  if (link.startsWith('/')) return `"${link}": link relative to this page instead`;
  const [target = '', anchor] = decodeURI(link).split('#');
  const file = target === '' ? from : path.posix.join(path.posix.dirname(from), target).replace(/\/$/, '');
  if (file.startsWith('..')) return `"${link}" leaves the repository`;
  if (!pages.has(file) && !exists(file)) return `"${link}" leads to ${file}, which does not exist`;
  const page = pages.get(file);
  if (anchor === undefined || anchor === '' || page === undefined) return null;
  return anchorsOf(page).has(anchor) ? null : `"${link}": ${file} has no anchor "${anchor}"`;
}
