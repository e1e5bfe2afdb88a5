/**
 * Who may import whom. Arrows only go down: to allow a new one, add it here, and say in the commit why it points down.
 * `docs/` explains the layers; these tables are what the test run checks.
 */

export interface PackageRule {
  /** Workspace packages, by folder name. */
  readonly packages: readonly string[];
  /** Packages from the registry; `'any'` only for private packages. */
  readonly external: readonly string[] | 'any';
  /** Whether `node:` modules may be used at all. */
  readonly node: boolean;
}

const EVERY_PACKAGE = ['transport', 'process', 'testing', 'posix', 'framing', 'rpc', 'ssh', 'launcher', 'subwire'];

/** By folder name. A folder that is not here fails the check. */
export const PACKAGE_RULES: Readonly<Record<string, PackageRule>> = {
  transport: { packages: [], external: ['eventemitter3'], node: true },
  framing: { packages: [], external: [], node: false },
  process: { packages: ['transport'], external: [], node: true },
  testing: { packages: ['transport'], external: [], node: true },
  posix: { packages: ['transport'], external: ['koffi'], node: true },
  ssh: { packages: ['transport'], external: ['ssh2'], node: true },
  launcher: { packages: ['transport'], external: [], node: true },
  rpc: { packages: ['framing', 'transport'], external: [], node: true },
  subwire: { packages: ['process', 'posix'], external: [], node: true },
  compliance: { packages: EVERY_PACKAGE, external: 'any', node: true },
  bench: { packages: EVERY_PACKAGE, external: 'any', node: true },
  repo: { packages: [], external: 'any', node: true },
  examples: { packages: EVERY_PACKAGE, external: 'any', node: true },
};

/** Modules that exactly one file of the published packages imports. */
export const SOLE_IMPORTERS: Readonly<Record<string, string>> = {
  'node:child_process': 'packages/transport/src/node/nodeBackend.ts',
  eventemitter3: 'packages/transport/src/seam/childHandle.ts',
};

/** Private packages, which may import what the table above keeps to one file. */
export const PRIVATE_FOLDERS: readonly string[] = ['compliance', 'bench', 'repo', 'examples'];

/**
 * The folders of one package's `src`, lowest first, and the folders that each may import; type imports count.
 *
 * Files of one folder may import each other, but never in a circle. Files at the top of `src` are the entries: they may
 * import everything, and no folder imports them.
 */
export type FolderRules = Readonly<Record<string, readonly string[]>>;

/** By package. A package that is not here has no folders to check. */
export const FOLDER_RULES: Readonly<Record<string, FolderRules>> = {
  transport: {
    contract: [],
    seam: ['contract'],
    options: ['contract', 'seam'],
    // Knows contracts, never a backend by name.
    machine: ['contract', 'seam', 'options'],
    // A backend: knows the lower seam only.
    node: ['contract', 'seam'],
  },
  posix: {
    native: [],
    loop: ['native'],
    pipe: ['native', 'loop'],
    exit: ['native', 'loop'],
    spawn: ['native', 'loop', 'pipe'],
  },
  process: {
    results: [],
    wait: [],
    search: [],
    shell: [],
    buffer: ['results', 'wait', 'search'],
    lines: ['results', 'search', 'buffer'],
    // The streams: know no process.
    reader: ['results', 'search', 'buffer', 'lines'],
    writer: ['results', 'wait'],
    process: ['results', 'wait', 'search', 'buffer', 'reader', 'writer'],
    run: ['results', 'wait', 'process'],
  },
  testing: {
    clock: [],
    bytes: ['clock'],
    fake: ['clock', 'bytes'],
    protocols: ['bytes'],
    record: ['clock', 'bytes', 'fake'],
    compliance: ['bytes', 'fake'],
  },
};
