import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PRIVATE_FOLDERS } from '../src/layerTables.js';
import { readFiles } from '../src/readSources.js';

const root = path.resolve(__dirname, '../../..');
const page = readFiles(root, ['docs/reference'], ['.md']).get('docs/reference/errors.md') ?? '';
const sources = [...readFiles(root, ['packages'], ['.ts'])].filter(
  ([file]) => file.includes('/src/') && !PRIVATE_FOLDERS.some((folder) => file.startsWith(`packages/${folder}/`)),
);

function matches(pattern: RegExp, inFile = /\.ts$/): string[] {
  const found = sources
    .filter(([file]) => inFile.test(file))
    .flatMap(([, text]) => [...text.matchAll(pattern)].map(([, name = '']) => name));
  return [...new Set(found)];
}

const classes = matches(/^export class (\w+) extends \w*Error\b/gm);
const codes = matches(/'(ERR_[A-Z_]+)'/g).concat(
  matches(/'(E[A-Z0-9]{3,})'/g, /transport\/src\/contract\/errors\.ts$/),
);
const stages = matches(/^(?:export )?type (?:KnownSpawnStage|LossPhase) = (.*);$/gm).flatMap(
  (union) => union.match(/\w+/g) ?? [],
);

describe('docs/reference/errors.md', () => {
  it('is compared with something', () => {
    expect(classes).toEqual(expect.arrayContaining(['SpawnError', 'ValueError']));
    expect(codes).toEqual(expect.arrayContaining(['ENOENT', 'EOTHER', 'ERR_NOT_SUPPORTED']));
    expect(stages).toEqual(expect.arrayContaining(['lookup', 'running']));
  });

  it.each(classes)('has a section about %s', (name) => {
    expect(page).toMatch(new RegExp(`^#+ \`${name}\`$`, 'm'));
  });

  it.each(codes)('says when %s happens', (code) => {
    expect(page).toContain(`\`${code}\``);
  });

  it.each(stages)("explains the stage or phase '%s'", (stage) => {
    expect(page).toContain(`\`'${stage}'\``);
  });
});
