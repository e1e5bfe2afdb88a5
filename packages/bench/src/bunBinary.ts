/** Bun, from its npm packages: fetched when it is needed, kept in the temporary folder. Nothing depends on it. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { posixBackend } from '@subwire/posix';
import { CalledProcessError, run, TimeoutExpired } from '@subwire/process';
import { SpawnError } from '@subwire/transport';
import { cacheFolder } from './cacheFolder.js';

/** Always the same one, so that figures of two days can be compared. */
const BUN_VERSION = '1.4.5';

/** By architecture; the second one does without instructions that older processors lack. */
const PACKAGES: Readonly<Partial<Record<NodeJS.Architecture, readonly string[]>>> = {
  x64: ['@oven/bun-linux-x64', '@oven/bun-linux-x64-baseline'],
  arm64: ['@oven/bun-linux-aarch64'],
};

const FETCH_MS = 300_000;

/** Returns the path of a Bun that runs here, or says why there is none and returns `null`. */
export async function bunBinary(): Promise<string | null> {
  let problem = `there is none for ${process.arch}`;
  for (const name of PACKAGES[process.arch] ?? []) {
    const folder = path.join(cacheFolder(), `${path.basename(name)}-${BUN_VERSION}`);
    const file = path.join(folder, 'node_modules', name, 'bin', 'bun');
    const unfetched = (await look(file)) === 'absent' ? await fetch(name, folder) : null;
    if (unfetched !== null) {
      problem = unfetched;
      break;
    }
    const state = await look(file);
    if (state === 'works') {
      return file;
    }
    problem = state === 'killed' ? `${name} does not run on this processor` : `${name} is not Bun ${BUN_VERSION}`;
  }
  console.log(`no comparison with Bun: ${problem}`);
  return null;
}

/** Tells whether it is there, whole and of the right version; a signal kills it where the processor lacks instructions. */
async function look(file: string): Promise<'works' | 'absent' | 'killed'> {
  try {
    const options = { encoding: 'utf8', backend: posixBackend } as const;
    const { returncode, stdout } = await run(file, ['--print', 'Bun.version'], options);
    if (returncode < 0) {
      return 'killed';
    }
    return stdout.trim() === BUN_VERSION ? 'works' : 'absent';
  } catch (thrown) {
    if (thrown instanceof SpawnError) {
      return 'absent';
    }
    throw thrown;
  }
}

/** Returns what is wrong, if anything is: no npm, no network, no such package. */
async function fetch(name: string, folder: string): Promise<string | null> {
  const quick = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--fetch-retries=0'];
  const args = ['install', `--prefix=${folder}`, ...quick, `${name}@${BUN_VERSION}`];
  mkdirSync(folder, { recursive: true });
  console.log(`fetching ${name} ${BUN_VERSION} with npm`);
  try {
    await run('npm', args, { check: true, encoding: 'utf8', timeoutMs: FETCH_MS, backend: posixBackend });
    return null;
  } catch (thrown) {
    if (thrown instanceof CalledProcessError) {
      const code = /npm error code (.+)/.exec(String(thrown.result.stderr))?.[1] ?? `exit code ${thrown.returncode}`;
      return `npm cannot fetch it (${code})`;
    }
    if (thrown instanceof SpawnError || thrown instanceof TimeoutExpired) {
      return thrown.message;
    }
    throw thrown;
  }
}
