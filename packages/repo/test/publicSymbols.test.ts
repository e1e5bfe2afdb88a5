import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PACKAGE_RULES, PRIVATE_FOLDERS } from '../src/layerTables.js';
import { publicSymbols } from '../src/publicSymbols.js';
import { readFiles } from '../src/readSources.js';

const root = path.resolve(__dirname, '../../..');
const sources = new Map(readFiles(root, ['packages'], ['.ts']));
const entries = Object.keys(PACKAGE_RULES)
  .filter((name) => !PRIVATE_FOLDERS.includes(name))
  .map((name) => `packages/${name}/src/index.ts`)
  .filter((entry) => sources.has(entry));

describe('publicSymbols', () => {
  it('follows a name to where it is declared, and takes its comment', () => {
    const files = new Map([
      [
        'packages/x/src/index.ts',
        `export { a as b, type C } from './folder/index.js'; export { D } from '@subwire/y';`,
      ],
      ['packages/x/src/folder/index.ts', `export { a } from './a.js'; export type { C } from './a.js';`],
      ['packages/x/src/folder/a.ts', `/** First. */ export const a = 1;\nexport interface C {}`],
    ]);
    expect(publicSymbols(files, 'packages/x/src/index.ts')).toEqual([
      { name: 'a', file: 'packages/x/src/folder/a.ts', comment: '/** First. */' },
      { name: 'C', file: 'packages/x/src/folder/a.ts', comment: '' },
    ]);
  });
});

describe.each(entries)('what %s exports', (entry) => {
  const symbols = publicSymbols(sources, entry);

  it('is found', () => {
    expect(symbols).not.toEqual([]);
  });

  it('has a doc comment that starts with a sentence', () => {
    const without = symbols.filter(({ comment }) => !/^\/\*\*[\s*]+[A-Z`][^]*?[.:]/.test(comment));
    expect(without.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  });
});
