import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  checkFileArrows,
  checkNoDisables,
  checkPackageArrows,
  checkSoleImporters,
  findCycles,
  findUnusedArrows,
  type Sources,
} from '../src/layers.js';
import { FILE_RULES, PACKAGE_RULES, PRIVATE_FOLDERS, SOLE_IMPORTERS } from '../src/layerTables.js';
import { readFiles } from '../src/readSources.js';

const root = path.resolve(__dirname, '../../..');
const everything = readFiles(root, ['packages', 'docs/examples'], ['.ts', '.mts', '.cts']);
const sources: Sources = new Map([...everything].filter(([file]) => file.includes('/src/')));

describe('the sources of this repository', () => {
  it('are found', () => {
    expect([...sources.keys()]).toEqual(expect.arrayContaining(['packages/transport/src/index.ts']));
  });

  it('keep the arrows between packages', () => {
    expect(checkPackageArrows(everything, PACKAGE_RULES)).toEqual([]);
  });

  it('keep the arrows between files', () => {
    expect(checkFileArrows(sources, FILE_RULES)).toEqual([]);
  });

  it('import the guarded modules in one file only', () => {
    expect(checkSoleImporters(sources, SOLE_IMPORTERS, PRIVATE_FOLDERS)).toEqual([]);
  });

  it('have no circular import', () => {
    expect(findCycles(sources)).toEqual([]);
  });

  it('hide no import from the linter', () => {
    expect(checkNoDisables(sources)).toEqual([]);
  });
});

describe('the tables', () => {
  it('name only packages that have rules of their own', () => {
    const named = Object.values(PACKAGE_RULES).flatMap((rule) => rule.packages);
    expect(named.filter((name) => PACKAGE_RULES[name] === undefined)).toEqual([]);
  });

  it('name only files that exist', () => {
    const named = Object.entries(FILE_RULES).flatMap(([owner, table]) =>
      Object.keys(table).map((name) => `packages/${owner}/src/${name}.ts`),
    );
    expect(named.filter((file) => !sources.has(file))).toEqual([]);
  });

  it('allow nothing that no file does', () => {
    expect(findUnusedArrows(sources, FILE_RULES)).toEqual([]);
  });

  it('allow no circle of packages', () => {
    const asFiles = Object.entries(PACKAGE_RULES).map(([name, rule]): [string, string] => [
      `packages/all/src/${name}.ts`,
      rule.packages.map((target) => `import './${target}.js';`).join('\n'),
    ]);
    expect(findCycles(new Map(asFiles))).toEqual([]);
  });

  it('allow no circle of files', () => {
    for (const table of Object.values(FILE_RULES)) {
      const asFiles = Object.entries(table).map(([name, targets]): [string, string] => [
        `packages/all/src/${name}.ts`,
        targets === 'any' ? '' : targets.map((target) => `import './${target}.js';`).join('\n'),
      ]);
      expect(findCycles(new Map(asFiles))).toEqual([]);
    }
  });
});
