import { describe, expect, it } from '@jest/globals';
import { checkSnippets, regionOf, syncSnippets } from '../src/snippets.js';

const SOURCE = `import { run } from 'x';

async function main() {
  // #region whole
  const a = 1;
  // #region inner
  if (a) {
    run(a);
  }
  // #endregion inner
  // #endregion whole
}
`;
const sources = new Map([['docs/examples/src/foo.ts', SOURCE]]);

function page(comment: string, code: string, language = 'ts'): string {
  return ['# Title', '', comment, '', '```' + language, code, '```', 'After.', ''].join('\n');
}

describe('regionOf', () => {
  it('takes the text between the marks without its indentation', () => {
    expect(regionOf(SOURCE, 'inner')).toBe('if (a) {\n  run(a);\n}');
  });

  it('leaves the marks of inner regions out', () => {
    expect(regionOf(SOURCE, 'whole')).toBe('const a = 1;\nif (a) {\n  run(a);\n}');
  });

  it('finds no region that is absent or has no end', () => {
    expect(regionOf(SOURCE, 'absent')).toBeNull();
    expect(regionOf('// #region open\na', 'open')).toBeNull();
  });
});

describe('checkSnippets', () => {
  const check = (text: string): string[] =>
    checkSnippets('docs/a.md', text, sources).map(({ line, message }) => `${line}: ${message}`);
  const marker = '<!-- snippet: docs/examples/src/foo.ts#inner -->';

  it('accepts a block that equals its region', () => {
    expect(check(page(marker, 'if (a) {\n  run(a);\n}'))).toEqual([]);
  });

  it('refuses a block that differs, and says where', () => {
    expect(check(page(marker, 'if (a) {\n  walk(a);\n}'))).toEqual([expect.stringMatching(/^7: .*pnpm docs:sync/)]);
  });

  it('refuses a TypeScript block without a source', () => {
    expect(check(page('Text.', 'a;'))).toEqual([expect.stringMatching(/^5: a TypeScript block needs/)]);
  });

  it('accepts a TypeScript block that says why it is not compiled', () => {
    expect(check(page('<!-- not compiled: the signature alone -->', 'a;'))).toEqual([]);
  });

  it('accepts a block in another language', () => {
    expect(check(page('Text.', 'ls', 'sh'))).toEqual([]);
  });

  it.each([
    ['an unknown file', '<!-- snippet: docs/examples/src/bar.ts#inner -->', 'does not exist'],
    ['an unknown region', '<!-- snippet: docs/examples/src/foo.ts#outer -->', 'no complete region "outer"'],
  ])('refuses %s', (_what, comment, message) => {
    expect(check(page(comment, 'a;'))).toEqual([expect.stringContaining(message)]);
  });
});

describe('syncSnippets', () => {
  it('puts the source in place of every block and leaves the rest alone', () => {
    const inner = '<!-- snippet: docs/examples/src/foo.ts#inner -->';
    const whole = '<!-- snippet: docs/examples/src/foo.ts#whole -->';
    const right = page(inner, 'if (a) {\n  run(a);\n}') + page(whole, 'const a = 1;\nif (a) {\n  run(a);\n}');
    const wrong = page(inner, 'old') + page(whole, 'older\n\nstill');
    expect(syncSnippets('a.md', wrong, sources)).toEqual({ text: right, problems: [] });
    expect(syncSnippets('a.md', right, sources).text).toBe(right);
  });

  it('fills an empty block', () => {
    const empty = '<!-- snippet: docs/examples/src/foo.ts#inner -->\n```ts\n```\n';
    expect(syncSnippets('a.md', empty, sources).text).toContain('```ts\nif (a) {\n  run(a);\n}\n```\n');
  });
});
