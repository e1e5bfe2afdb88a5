import { isMainThread } from 'node:worker_threads';
import { native } from './ffi.js';

/** Whether the backend works here, and why not. */
export type Support = { readonly ok: true } | { readonly ok: false; readonly reason: string };

let known: Support | null = null;

/**
 * Tells whether the posix backend works in this process; where it does not, the node backend is the one to take.
 *
 * The answer stays the same.
 */
export function isSupported(): Support {
  known ??= findOut();
  return known;
}

function findOut(): Support {
  const reason = runtimeProblem() ?? loadProblem();
  return reason === null ? { ok: true } : { ok: false, reason };
}

function runtimeProblem(): string | null {
  const { versions, platform, arch } = process;
  if ('bun' in versions || 'deno' in versions || 'electron' in versions) {
    return 'only Node itself is known to share its loop in the way that is needed';
  }
  if (platform !== 'linux') {
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
