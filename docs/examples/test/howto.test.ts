import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = path.resolve(__dirname, '../../..');

/** The compiled forms of the programs that a folder of sources holds; `dist` may hold what was deleted long ago. */
function programsOf(folder: string): string[] {
  const sources = path.join(root, 'docs/examples/src', folder);
  return readdirSync(sources)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.posix.join(folder, name.replace(/\.ts$/, '.js')));
}

// What they print is compared with the pages by `snippets.test.ts`.
describe('the programs that the tutorial, the how-to pages and the gotchas show', () => {
  it.each([...programsOf('howto'), ...programsOf('streams')])('%s exits with 0', (program) => {
    const compiled = path.join(root, 'docs/examples/dist', program);
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [compiled], {
      encoding: 'utf8',
      timeout: 10_000,
    });
    // A program that hung shows how far it got.
    expect([status, signal, status === 0 ? '' : stdout + stderr]).toEqual([0, null, '']);
  });
});
