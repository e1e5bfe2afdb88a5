import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  checkFolderArrows,
  checkNoDisables,
  checkPackageArrows,
  checkSoleImporters,
  findCycles,
  findUnusedArrows,
  type Sources,
} from '../src/layers.js';
import { FOLDER_RULES, PACKAGE_RULES, PRIVATE_FOLDERS, SOLE_IMPORTERS } from '../src/layerTables.js';
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

  it('keep the arrows between folders', () => {
    expect(checkFolderArrows(sources, FOLDER_RULES)).toEqual([]);
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

  it('name only folders that exist', () => {
    const named = Object.entries(FOLDER_RULES).flatMap(([owner, table]) =>
      Object.keys(table).map((folder) => `packages/${owner}/src/${folder}/`),
    );
    const files = [...sources.keys()];
    expect(named.filter((folder) => !files.some((file) => file.startsWith(folder)))).toEqual([]);
  });

  it('allow nothing that no file does', () => {
    expect(findUnusedArrows(sources, FOLDER_RULES)).toEqual([]);
  });

  it('allow no circle of packages', () => {
    const asFiles = Object.entries(PACKAGE_RULES).map(([name, rule]): [string, string] => [
      `packages/all/src/${name}.ts`,
      rule.packages.map((target) => `import './${target}.js';`).join('\n'),
    ]);
    expect(findCycles(new Map(asFiles))).toEqual([]);
  });

  it('allow no circle of folders', () => {
    for (const table of Object.values(FOLDER_RULES)) {
      const asFiles = Object.entries(table).map(([name, targets]): [string, string] => [
        `packages/all/src/${name}.ts`,
        targets.map((target) => `import './${target}.js';`).join('\n'),
      ]);
      expect(findCycles(new Map(asFiles))).toEqual([]);
    }
  });
});
