import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readFiles } from '../src/readSources.js';

const root = path.resolve(__dirname, '../../..');
const page = readFiles(root, ['docs/reference'], ['.md']).get('docs/reference/asyncio-map.md') ?? '';
const sources = [...readFiles(root, ['packages'], ['.ts'])].filter(([file]) => /^packages\/[^/]+\/src\//.test(file));

/** What the tags of all doc comments name, with the file of each. */
const tags = sources.flatMap(([file, text]) =>
  [...text.matchAll(/^\s*\* @asyncio (.+)$/gm)].map(([, tag = '']): [string, string] => [tag.trim(), file]),
);

/** The names in a tag: dotted ones, ones with an underscore, errors. Without any, its words up to the first comma. */
function namesIn(tag: string): string[] {
  const names = tag.match(/[\w.]+/g)?.filter((word) => /\w[._]\w|Error$/.test(word)) ?? [];
  return names.length > 0 ? names : [tag.split(',')[0] ?? tag];
}

describe('namesIn', () => {
  it.each([
    ['StreamReader.at_eof', ['StreamReader.at_eof']],
    ['FileNotFoundError, PermissionError and others', ['FileNotFoundError', 'PermissionError']],
    ['subprocess.run, which asyncio itself lacks', ['subprocess.run']],
    ['the event loop object, as far as it starts children', ['the event loop object']],
  ])('takes %s apart', (tag, names) => {
    expect(namesIn(tag)).toEqual(names);
  });
});

describe('docs/reference/asyncio-map.md', () => {
  it('is compared with something', () => {
    expect(tags.length).toBeGreaterThan(50);
  });

  it.each(tags)('has %s of %s', (tag) => {
    for (const name of namesIn(tag)) {
      const whole = new RegExp(`(?<![\\w.])${name.replaceAll('.', '\\.')}(?!\\w)`);
      expect(page).toMatch(whole);
    }
  });
});
