import { closeSync, openSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { native } from './native/ffi.js';

/** Whether the backend works here, and why not. */
export type Support = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Everything that is known of this place. */
export interface Findings {
  readonly support: Support;
  /** What stands in the way of a spawn, `null` if nothing is known to. */
  readonly obstacle: string | null;
  /** Whether the obstacle is of this moment only: there was no descriptor free to load anything. */
  readonly passing: boolean;
}

let known: Findings | null = null;

/**
 * Tells whether the posix backend works in this process; where it does not, the node backend is the one to take.
 *
 * macOS: written, never run. So the answer is no there, and nothing that asks gets the backend by accident. Who passes
 * `posixBackend` all the same is served as far as the code goes.
 *
 * The answer stays the same, unless it is no because no descriptor was free to load koffi.
 */
export function isSupported(): Support {
  return findings().support;
}

/** Returns what stands in the way of a start. */
export function findings(): Findings {
  if (known !== null) {
    return known;
  }
  const found = findOut();
  if (!found.passing) {
    known = found;
  }
  return found;
}

function findOut(): Findings {
  const unfit = runtimeProblem();
  const obstacle = unfit ?? loadProblem();
  const passing = unfit === null && obstacle !== null && !canOpen();
  const reason =
    obstacle ?? (process.platform === 'darwin' ? 'it was written for darwin, but has never run there' : null);
  return { support: reason === null ? { ok: true } : { ok: false, reason }, obstacle, passing };
}

function runtimeProblem(): string | null {
  const { versions, platform, arch } = process;
  if ('bun' in versions || 'deno' in versions || 'electron' in versions) {
    return 'only Node itself is known to share its loop in the way that is needed';
  }
  if (platform !== 'linux' && platform !== 'darwin') {
    return `it is not made for ${platform}`;
  }
  if (arch !== 'x64' && arch !== 'arm64') {
    return `it is not made for ${arch}`;
  }
  return isMainThread ? null : 'the loop of a worker thread cannot be reached';
}

function loadProblem(): string | null {
  try {
    const loop = native().uvDefaultLoop();
    return Number(loop) === 0 ? 'this Node has no loop to share' : null;
  } catch (thrown) {
    return `a native function cannot be loaded: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

function canOpen(): boolean {
  try {
    closeSync(openSync('/', 'r'));
    return true;
  } catch (refused) {
    void refused;
    return false;
  }
}
