import { isMainThread } from 'node:worker_threads';
import { native } from './native/ffi.js';

/** Whether the backend works here, and why not. */
export type Support = { readonly ok: true } | { readonly ok: false; readonly reason: string };

interface Findings {
  readonly support: Support;
  /** What stands in the way of a spawn, `null` if nothing is known to. */
  readonly obstacle: string | null;
}

let known: Findings | null = null;

/**
 * Tells whether the posix backend works in this process; where it does not, the node backend is the one to take.
 *
 * macOS: written, never run. So the answer is no there, and nothing that asks gets the backend by accident. Who passes
 * `posixBackend` all the same is served as far as the code goes.
 *
 * The answer stays the same.
 */
export function isSupported(): Support {
  return findings().support;
}

/** Returns why no child can be started here at all, `null` if that may be tried. */
export function obstacle(): string | null {
  return findings().obstacle;
}

function findings(): Findings {
  known ??= findOut();
  return known;
}

function findOut(): Findings {
  const obstacle = runtimeProblem() ?? loadProblem();
  const reason =
    obstacle ?? (process.platform === 'darwin' ? 'it was written for darwin, but has never run there' : null);
  return { support: reason === null ? { ok: true } : { ok: false, reason }, obstacle };
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
