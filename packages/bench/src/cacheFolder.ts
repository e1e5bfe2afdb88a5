import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';

/**
 * Returns the folder for what benchmarks compile and fetch, and keep for the next run.
 *
 * Programs in it are run, and everybody may write to the temporary folder: so it has to be ours alone.
 */
export function cacheFolder(): string {
  const { uid } = userInfo();
  const folder = path.join(tmpdir(), `subwire-bench-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const status = lstatSync(folder);
  if (!status.isDirectory() || status.uid !== uid || (status.mode & 0o022) !== 0) {
    throw new Error(`${folder} is not a folder that only this user can write to`);
  }
  return folder;
}
