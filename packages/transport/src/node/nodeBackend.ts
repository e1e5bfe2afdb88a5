/** The only file that knows `node:child_process`. */
import { spawn, type SpawnOptions } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { BackendCapabilities, SpawnRequest, SubprocessBackend } from '../seam/backend.js';
import type { ChildHandle } from '../seam/childHandle.js';
import { NotSupportedError, SpawnError } from '../contract/errors.js';
import { NO_PIPES, takePipes } from './childPipes.js';
import type { NodeChild } from './nodeChild.js';
import { ignoreError, NodeChildHandle } from './nodeChildHandle.js';
import { programQuery, spawnFailure, startProblem } from '../seam/spawnFailure.js';
import { textRequest, type TextRequest } from '../seam/textRequest.js';
import { startWithSharedPipe } from './sharedPipe.js';
import { PAIR_FDS } from './socketPair.js';
import { planStart, requireHeadroom, type StartPlan } from './startPlan.js';

const windows = process.platform === 'win32';

const supports: BackendCapabilities = Object.freeze({
  pids: 'local',
  signals: windows ? Object.freeze(['SIGINT', 'SIGKILL', 'SIGQUIT', 'SIGTERM'] as const) : 'all',
  signalScopes: Object.freeze(windows ? (['process'] as const) : (['process', 'group'] as const)),
  realtimeSignals: false,
  newSession: true,
  processGroup: false,
  identity: !windows,
  descriptors: true,
  extraFds: true,
  closeFds: false,
  pipes: Object.freeze(['socket'] as const),
  pipeSize: false,
  stdinPeerClose: true,
  offThreadSpawn: false,
  readInto: false,
  loss: false,
  bytes: false,
  synchronousSpawn: true,
  createPipe: false,
  resourceUsage: false,
});

/**
 * The backend over `node:child_process`: works everywhere Node does.
 *
 * What it lacks is in `supports`: its pipes are socket pairs, `spawn()` blocks in proportion to our memory, a process
 * group without a session cannot be made, death by a real-time signal reads as an exit with 0, a descriptor that foreign
 * code left inheritable reaches the child, and inherited variables that are not UTF-8 are changed on the way. With
 * `stderr: STDOUT` into a pipe the child starts a turn of the loop later, and cannot be started synchronously.
 */
export const nodeBackend: SubprocessBackend = Object.freeze({
  name: 'node',
  supports,
  spawn(given: SpawnRequest): ChildHandle {
    const request = textRequest(given, 'node');
    const shared = request.stdio.get(2)?.kind === 'stdout';
    requireSupport(request, shared);
    const plan = planStart(request, shared);
    if (shared) {
      explained(plan, () => {
        requireHeadroom(request.stdio, PAIR_FDS);
      });
      return startWithSharedPipe(plan, launch);
    }
    const child = launch(plan, null, (error) => {
      handle.fail(error);
    });
    const handle = new NodeChildHandle(child === null ? NO_PIPES : takePipes(child), plan.leadsGroup);
    if (child !== null) {
      handle.adopt(child);
    } else if (request.synchronous) {
      handle.abandon();
      throw refusedLater(plan);
    } else {
      handle.refuse();
    }
    return handle;
  },
});

/** Requests of `subprocessExec` have been checked against `supports`; others come to a backend directly. */
function requireSupport(request: TextRequest, shared: boolean): void {
  if (request.pipes === 'pipe') {
    throw new NotSupportedError('pipes', 'the node backend has no real pipes, only socket pairs');
  }
  if (shared && windows) {
    throw new NotSupportedError('pipes', 'stderr: STDOUT into a pipe is not supported on Windows');
  }
  if (shared && request.synchronous) {
    throw new NotSupportedError(
      'synchronousSpawn',
      'the node backend cannot start a child synchronously with stderr: STDOUT into a pipe',
    );
  }
  for (const slot of request.stdio.values()) {
    if (slot.kind === 'end') {
      throw new NotSupportedError('createPipe', 'the node backend cannot join two children by a pipe');
    }
  }
}

/**
 * Starts a child.
 *
 * @param shared - What stands at both outputs.
 * @returns `null` if it was refused, and only Node knows why; it says so in a later tick, to `onFailed`.
 * @throws {SpawnError} if it was refused.
 */
function launch(plan: StartPlan, shared: Socket | null, onFailed: (error: SpawnError) => void): NodeChild | null {
  const child = explained(plan, () => spawnChild(plan, shared));
  if (child.pid !== undefined) {
    return child;
  }
  closeStreams(child);
  const problem = windows ? null : startProblem(programQuery(plan.request, plan.env));
  if (problem !== null) {
    child.on('error', ignoreError);
    throw problem;
  }
  child.on('error', (error) => {
    onFailed(spawnFailure(error, plan.request, plan.path));
  });
  return null;
}

function explained<T>(plan: StartPlan, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    throw spawnFailure(thrown, plan.request, plan.path);
  }
}

/** Nothing is wrong with the program, as far as can be seen, and Node keeps the system's code for a later tick. */
function refusedLater({ request, path }: StartPlan): SpawnError {
  const reason = 'the system refused, and Node does not tell why in time';
  return new SpawnError('EOTHER', { stage: 'spawn', program: request.program, path, reason });
}

function closeStreams(child: NodeChild): void {
  // Node leaves `stdio` undefined if it ran out of descriptors.
  for (const stream of (child.stdio as NodeChild['stdio'] | undefined) ?? []) {
    stream?.on('error', ignoreError);
    stream?.destroy();
  }
}

function spawnChild({ request, file, cwd, env }: StartPlan, shared: Socket | null): NodeChild {
  const nullFds: number[] = [];
  try {
    requireHeadroom(request.stdio);
    // Node copies own properties only; an object without a prototype would take it twice as long.
    const options: SpawnOptions = {
      argv0: request.program,
      cwd,
      env,
      detached: request.startNewSession,
      uid: request.user ?? undefined,
      gid: request.group ?? undefined,
      shell: false,
      windowsHide: true,
      stdio: stdioOf(request, shared, nullFds),
    };
    return spawn(file, request.args, options);
  } finally {
    nullFds.forEach(closeSync);
  }
}

/** Node's list has no gaps: what was not asked for is `'ignore'`, which from 3 on opens nothing. */
function stdioOf(
  request: SpawnRequest,
  shared: Socket | null,
  nullFds: number[],
): ('pipe' | 'ignore' | number | Socket)[] {
  const stdio: ('pipe' | 'ignore' | number | Socket)[] = ['ignore', 'ignore', 'ignore'];
  for (const [childFd, slot] of request.stdio) {
    while (stdio.length <= childFd) {
      stdio.push('ignore');
    }
    switch (slot.kind) {
      case 'pipe':
        stdio[childFd] = childFd === 1 && shared !== null ? shared : 'pipe';
        break;
      case 'fd':
        stdio[childFd] = slot.fd;
        break;
      case 'null':
        if (childFd > 2) {
          const fd = openSync('/dev/null', 'r+');
          nullFds.push(fd);
          stdio[childFd] = fd;
        }
        break;
      case 'stdout':
        stdio[childFd] = shared ?? 'ignore';
        break;
      case 'end':
        // Refused before.
        break;
    }
  }
  return stdio;
}
