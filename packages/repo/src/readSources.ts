import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Sources } from './layers.js';

const SKIPPED = new Set(['node_modules', 'dist', '.git', 'coverage']);

/** The files below `folders` whose name ends with one of `extensions`, by path from `root`. */
export function readFiles(root: string, folders: readonly string[], extensions: readonly string[]): Sources {
  const files = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = path.posix.join(folder, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) walk(name);
      else if (entry.isFile() && extensions.some((extension) => name.endsWith(extension))) {
        files.set(name, readFileSync(path.join(root, name), 'utf8'));
      }
    }
  };
  for (const folder of folders) walk(folder);
  return files;
}
