/** A fenced code block; lines count from 0. */
export interface Fence {
  readonly language: string;
  readonly openLine: number;
  readonly closeLine: number;
  /** The HTML comment on the line before the fence (blank lines between are allowed), or `''`. */
  readonly commentBefore: string;
}

export function markdownFences(page: string): Fence[] {
  const lines = page.split('\n');
  const fences: Fence[] = [];
  for (let index = 0; index < lines.length; index++) {
    const [, marks, info = ''] = /^\s*(`{3,}|~{3,})\s*(.*)$/.exec(lines[index] ?? '') ?? [];
    if (marks === undefined) continue;
    const closeLine = lines.findIndex((line, at) => at > index && isClosing(line, marks));
    // Markdown lets an open fence run to the end of the page.
    const end = closeLine < 0 ? lines.length : closeLine;
    const language = /^[\w+-]*/.exec(info)?.[0] ?? '';
    fences.push({ language, openLine: index, closeLine: end, commentBefore: commentBefore(lines, index) });
    index = end;
  }
  return fences;
}

function isClosing(line: string, marks: string): boolean {
  const text = line.trim();
  return text.length >= marks.length && text === marks.charAt(0).repeat(text.length);
}

function commentBefore(lines: readonly string[], openLine: number): string {
  const above = lines.slice(0, openLine).findLast((line) => line.trim() !== '') ?? '';
  return /^\s*<!--.*-->\s*$/.test(above) ? above.trim() : '';
}

/** The page's lines with fenced blocks, inline code and comments blanked, so that only prose is left. */
export function proseLines(page: string): string[] {
  const lines = page.split('\n');
  for (const fence of markdownFences(page)) {
    for (let index = fence.openLine; index <= fence.closeLine && index < lines.length; index++) lines[index] = '';
  }
  return lines.map((line) => line.replace(/<!--.*?-->/g, '').replace(/(`+)(?:(?!\1).)+\1/g, '``'));
}

/** The anchors that the headings and `id` attributes of a page make, by GitHub's rules. */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  const lines = page.split('\n');
  proseLines(page).forEach((prose, index) => {
    // Inline code counts in a heading, so its text comes from the page itself.
    if (/^#{1,6}\s/.test(prose)) addUnique(anchors, slug(lines[index] ?? ''));
    for (const [, id = ''] of prose.matchAll(/<[^>]+\b(?:id|name)="([^"]+)"/g)) anchors.add(id);
  });
  return anchors;
}

function slug(heading: string): string {
  return heading
    .replace(/^#+\s*/, '')
    .replace(/\s+#+\s*$/, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

function addUnique(anchors: Set<string>, anchor: string): void {
  let unique = anchor;
  for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
  anchors.add(unique);
}
