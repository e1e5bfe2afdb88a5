import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SpawnError } from '../src/contract/errors.js';
import { checkDirectory } from '../src/seam/locateProgram.js';

function refusal(cwd: string): SpawnError {
  try {
    checkDirectory('program', cwd);
  } catch (thrown) {
    if (thrown instanceof SpawnError) {
      return thrown;
    }
  }
  throw new Error('expected a SpawnError');
}

describe('checkDirectory', () => {
  it('says ENOTDIR for a file, whether or not it can be executed', () => {
    const directory = mkdtempSync(join(tmpdir(), 'subwire-'));
    try {
      for (const mode of [0o644, 0o755]) {
        const file = join(directory, `file-${mode}`);
        writeFileSync(file, '', { mode });
        expect(refusal(file)).toMatchObject({ code: 'ENOTDIR', stage: 'cwd', path: file });
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
