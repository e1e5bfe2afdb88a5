// #region app
import { run } from '@subwire/process';
import type { SubprocessBackend } from '@subwire/transport';

/** What the program needs from outside; empty in production. */
export interface Surroundings {
  readonly backend?: SubprocessBackend;
}

/** Returns the branch that is checked out in a directory, `null` if there is none. */
export async function currentBranch(directory: string, surroundings: Surroundings = {}): Promise<string | null> {
  const { returncode, stdout, stderr } = await run('git', ['branch', '--show-current'], {
    ...surroundings,
    cwd: directory,
    encoding: 'utf8',
    timeoutMs: 10_000,
  });
  if (returncode !== 0) {
    throw new Error(`git: ${stderr.trim()}`);
  }
  return stdout.trim() || null;
}
// #endregion app
