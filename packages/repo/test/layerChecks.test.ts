import { describe, expect, it } from '@jest/globals';
import { importsOf } from '../src/imports.js';
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

function files(entries: Record<string, string>): Sources {
  return new Map(Object.entries(entries));
}

describe('importsOf', () => {
  it.each([
    [`import { a } from './a.js';`],
    [`import './a.js';`],
    [`import type { A } from './a.js';`],
    [`import { type A } from './a.js';`],
    [`export * from './a.js';`],
    [`export type { A } from './a.js';`],
    [`import a = require('./a.js');`],
    [`type A = import('./a.js').A;`],
    [`const a = await import('./a.js');`],
    [`const a = require('./a.js');`],
  ])('finds the module in %s', (source) => {
    expect(importsOf(source)).toEqual(['./a.js']);
  });

  it('does not take comments and strings for imports', () => {
    expect(importsOf(`// import './a.js';\nconst text = "import './b.js'";`)).toEqual([]);
  });
});

describe('checkPackageArrows', () => {
  const check = (file: string, source: string): string[] =>
    checkPackageArrows(files({ [file]: source }), PACKAGE_RULES);

  it('lets process import the entry of transport', () => {
    expect(check('packages/process/src/a.ts', `import { PIPE } from '@subwire/transport';`)).toEqual([]);
  });

  it.each([
    ['an arrow that goes up', 'packages/transport/src/a.ts', `import type { Process } from '@subwire/process';`],
    ['testing importing process', 'packages/testing/src/a.ts', `import '@subwire/process';`],
    ['a deep import of sources', 'packages/process/src/a.ts', `import '@subwire/transport/src/errors.js';`],
    ['a deep import of build output', 'packages/process/src/a.ts', `import '@subwire/transport/dist/errors.js';`],
    ['a deep import from a test', 'packages/process/test/a.test.ts', `import '@subwire/transport/src/errors.js';`],
    [
      'a relative import that leaves the package',
      'packages/process/src/a.ts',
      `import '../../transport/src/index.js';`,
    ],
    ['a dependency that is not in the table', 'packages/transport/src/a.ts', `import 'lodash/get';`],
    ['a Node module in a package that must not know Node', 'packages/framing/src/a.ts', `import 'node:buffer';`],
    ['a Node module without its prefix', 'packages/transport/src/a.ts', `import 'fs';`],
    ['the facade below itself', 'packages/process/src/a.ts', `import 'subwire';`],
    ['a package that nobody put in the table', 'packages/surprise/src/a.ts', ``],
  ])('refuses %s', (_what, file, source) => {
    expect(check(file, source)).toHaveLength(1);
  });
});

describe('checkFolderArrows', () => {
  const check = (file: string, source: string): string[] => checkFolderArrows(files({ [file]: source }), FOLDER_RULES);

  it('refuses the state machine naming a backend', () => {
    const source = `import type { nodeBackend } from '../node/nodeBackend.js';`;
    expect(check('packages/transport/src/machine/childTransport.ts', source)).toEqual([
      'packages/transport/src/machine/childTransport.ts: machine may not import node',
    ]);
  });

  it('refuses a folder that imports an entry', () => {
    const source = `import { subprocessExec } from '../subprocessExec.js';`;
    expect(check('packages/transport/src/machine/a.ts', source)).toHaveLength(1);
  });

  it('lets files of one folder import each other, and entries import everything', () => {
    expect(check('packages/transport/src/machine/a.ts', `import './b.js';`)).toEqual([]);
    expect(check('packages/transport/src/index.ts', `import './node/b.js'; import './a.js';`)).toEqual([]);
  });

  it('asks to add a folder that is not in the table', () => {
    expect(check('packages/transport/src/surprise/a.ts', `import './b.js';`)).toEqual([
      expect.stringContaining('not in FOLDER_RULES.transport, add it'),
    ]);
  });

  it('says nothing about a package without a table', () => {
    expect(check('packages/bench/src/a/a.ts', `import '../b/b.js';`)).toEqual([]);
  });
});

describe('findUnusedArrows', () => {
  it('finds what is allowed and not imported', () => {
    const entries = { 'packages/x/src/a/a.ts': `import '../b/b.js';`, 'packages/x/src/b/b.ts': '' };
    const rules = { x: { a: ['b', 'c'], b: [], c: [] } };
    expect(findUnusedArrows(files(entries), rules)).toEqual(['x: a -> c']);
  });
});

describe('checkSoleImporters', () => {
  const check = (entries: Record<string, string>): string[] =>
    checkSoleImporters(files(entries), SOLE_IMPORTERS, PRIVATE_FOLDERS);

  it('refuses a second importer, also of types and in another package', () => {
    const source = `import type { ChildProcess } from 'node:child_process';`;
    expect(check({ 'packages/transport/src/nodePipes.ts': source })).toHaveLength(1);
    expect(check({ 'packages/process/src/process.ts': source })).toHaveLength(1);
  });

  it('notices that the one importer no longer is one', () => {
    expect(check({ 'packages/transport/src/node/nodeBackend.ts': '' })).toHaveLength(1);
  });

  it('leaves private packages and tests alone', () => {
    const source = `import 'node:child_process';`;
    expect(check({ 'packages/bench/src/a.ts': source, 'packages/transport/test/a.test.ts': source })).toEqual([]);
  });
});

describe('findCycles', () => {
  it('counts type imports', () => {
    const cycle = findCycles(
      files({
        'packages/x/src/a.ts': `import { b } from './b.js';`,
        'packages/x/src/b.ts': `import { c } from './folder/c.js';`,
        'packages/x/src/folder/c.ts': `import type { A } from '../a.js';`,
      }),
    );
    expect(cycle).toEqual([
      'packages/x/src/a.ts -> packages/x/src/b.ts -> packages/x/src/folder/c.ts -> packages/x/src/a.ts',
    ]);
  });

  it('accepts two ways to the same file', () => {
    const diamond = files({
      'packages/x/src/a.ts': `import './b.js'; import './c.js';`,
      'packages/x/src/b.ts': `import './d.js';`,
      'packages/x/src/c.ts': `import './d.js';`,
      'packages/x/src/d.ts': ``,
    });
    expect(findCycles(diamond)).toEqual([]);
  });
});

describe('checkNoDisables', () => {
  it.each([['// eslint-disable-next-line import/no-cycle'], ['/* eslint-disable */'], ['// eslint-disable-line']])(
    'refuses %s',
    (comment) => {
      expect(checkNoDisables(files({ 'packages/x/src/a.ts': comment }))).toHaveLength(1);
    },
  );

  it('accepts a disable of a rule that is not about imports', () => {
    const comment = '// eslint-disable-next-line no-control-regex -- an import of control characters';
    expect(checkNoDisables(files({ 'packages/x/src/a.ts': comment }))).toEqual([]);
  });
});
