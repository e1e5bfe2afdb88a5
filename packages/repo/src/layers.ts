import { builtinModules } from 'node:module';
import path from 'node:path';
import { importsOf } from './imports.js';
import type { FolderRules, PackageRule } from './layerTables.js';

/** Path from the root of the repository, with `/`, to the text of the file. */
export type Sources = ReadonlyMap<string, string>;

interface Place {
  /** Folder name of the package. */
  readonly owner: string;
  /** Its folder from the root, such as `packages/transport`. */
  readonly root: string;
  /** Whether the file is part of what is built, and not a test. */
  readonly inSrc: boolean;
}

/** Where a file belongs, or `null` if it is in no package. */
function placeOf(file: string): Place | null {
  const match = /^(packages\/([^/]+)|docs\/(examples))\/([^/]+)\//.exec(file);
  if (match === null) return null;
  const [, root = '', folder, examples, part] = match;
  return { owner: folder ?? examples ?? '', root, inSrc: part === 'src' };
}

/** Arrows between packages, and how a package may be named in an import. */
export function checkPackageArrows(sources: Sources, rules: Readonly<Record<string, PackageRule>>): string[] {
  const violations: string[] = [];
  for (const [file, text] of sources) {
    const place = placeOf(file);
    if (place === null) continue;
    const rule = rules[place.owner];
    if (rule === undefined) {
      violations.push(`${file}: the package "${place.owner}" is not in PACKAGE_RULES, add it`);
      continue;
    }
    for (const specifier of importsOf(text)) {
      const problem = packageProblem(file, place, rule, specifier);
      if (problem !== null) violations.push(`${file}: ${problem}`);
    }
  }
  return violations;
}

function packageProblem(file: string, place: Place, rule: PackageRule, specifier: string): string | null {
  if (specifier.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    return target.startsWith(`${place.root}/`) ? null : `"${specifier}" leaves the package`;
  }
  const [, target, inside] = /^(?:@subwire\/([^/]+)|subwire)(\/.+)?$/.exec(specifier) ?? [specifier, null, ''];
  if (target !== null) {
    const name = target ?? 'subwire';
    if (inside !== undefined) return `"${specifier}" reaches inside another package`;
    if (!place.inSrc) return null;
    return rule.packages.includes(name) ? null : `${place.owner} may not import ${name}`;
  }
  if (!place.inSrc) return null;
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith('node:')) return `write "node:${specifier}"`;
    return rule.node ? null : `${place.owner} may not use "${specifier}"`;
  }
  if (rule.external === 'any') return null;
  return rule.external.includes(packageName(specifier)) ? null : `${place.owner} may not depend on "${specifier}"`;
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Arrows between the folders of each package that has a table. */
export function checkFolderArrows(sources: Sources, rules: Readonly<Record<string, FolderRules>>): string[] {
  const violations: string[] = [];
  for (const [file, targets] of localImports(sources)) {
    const owner = placeOf(file)?.owner ?? '';
    const table = rules[owner];
    const folder = folderOf(file);
    if (table === undefined || folder === null) continue;
    const allowed = table[folder];
    if (allowed === undefined) {
      violations.push(`${file}: the folder "${folder}" is not in FOLDER_RULES.${owner}, add it`);
      continue;
    }
    for (const target of targets) {
      const to = folderOf(target);
      if (to === null) violations.push(`${file}: may not import ${target}, which is an entry`);
      else if (to !== folder && !allowed.includes(to)) violations.push(`${file}: ${folder} may not import ${to}`);
    }
  }
  return violations;
}

/** Arrows that a table allows and no file has, so that a table tells how things are. */
export function findUnusedArrows(sources: Sources, rules: Readonly<Record<string, FolderRules>>): string[] {
  const used = new Set<string>();
  for (const [file, targets] of localImports(sources)) {
    const owner = placeOf(file)?.owner ?? '';
    targets.forEach((target) => used.add(`${owner}: ${folderOf(file) ?? ''} -> ${folderOf(target) ?? ''}`));
  }
  return Object.entries(rules).flatMap(([owner, table]) =>
    Object.entries(table)
      .flatMap(([folder, allowed]) => allowed.map((target) => `${owner}: ${folder} -> ${target}`))
      .filter((arrow) => !used.has(arrow)),
  );
}

/** Modules that one named file imports and no other file of a published package does. */
export function checkSoleImporters(
  sources: Sources,
  importers: Readonly<Record<string, string>>,
  privateFolders: readonly string[],
): string[] {
  const violations: string[] = [];
  for (const [module, only] of Object.entries(importers)) {
    for (const [file, text] of sources) {
      const place = placeOf(file);
      if (place === null || !place.inSrc || privateFolders.includes(place.owner)) continue;
      const imports = importsOf(text).includes(module);
      if (imports && file !== only) violations.push(`${file}: only ${only} may import "${module}"`);
      if (!imports && file === only) violations.push(`${file}: does not import "${module}", update SOLE_IMPORTERS`);
    }
  }
  return violations;
}

/** Circular imports inside a package, each as the path that comes back to its start. */
export function findCycles(sources: Sources): string[] {
  const graph = localImports(sources);
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) cycles.push([...trail.slice(start), file].join(' -> '));
    if (start >= 0 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

/** Lint comments that would hide an import from a rule. */
export function checkNoDisables(sources: Sources): string[] {
  const violations: string[] = [];
  for (const [file, text] of sources) {
    for (const [comment, rules = ''] of text.matchAll(/eslint-disable(?:-next-line|-line)?\b([^\n*]*)/g)) {
      const names = rules.split('--')[0]?.trim() ?? '';
      if (names === '') violations.push(`${file}: "${comment.trim()}" names no rule`);
      else if (/import|require/.test(names)) violations.push(`${file}: "${comment.trim()}" disables an import rule`);
    }
  }
  return violations;
}

/** For each file in a `src` folder, the files of the same package that it imports. */
function localImports(sources: Sources): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const [file, text] of sources) {
    const place = placeOf(file);
    if (place === null || !place.inSrc) continue;
    const targets = importsOf(text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts'))
      .filter((target) => target.startsWith(`${place.root}/src/`));
    graph.set(file, targets);
  }
  return graph;
}

/** The first folder below `src`, `null` for a file at its top. */
function folderOf(file: string): string | null {
  return /\/src\/([^/]+)\//.exec(file)?.[1] ?? null;
}
