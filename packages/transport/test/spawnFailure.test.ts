import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ProgramQuery } from '../src/seam/locateProgram.js';
import { startProblem } from '../src/seam/spawnFailure.js';

const query = (cwd: string): ProgramQuery => ({ program: 'program', file: '/bin/true', cwd, env: {} });

describe('a directory that is a file', () => {
  it('is ENOTDIR, whether or not the file can be executed', () => {
    const directory = mkdtempSync(join(tmpdir(), 'subwire-'));
    try {
      for (const mode of [0o644, 0o755]) {
        const file = join(directory, `file-${mode}`);
        writeFileSync(file, '', { mode });
        expect(startProblem(query(file))).toMatchObject({ code: 'ENOTDIR', stage: 'cwd', path: file });
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
