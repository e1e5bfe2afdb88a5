/** The only file that knows `node:child_process`. */
import { spawn, type SpawnOptions } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import type { BackendCapabilities, SpawnRequest, SubprocessBackend } from '../seam/backend.js';
import type { ChildHandle } from '../seam/childHandle.js';
import { NotSupportedError } from '../contract/errors.js';
import { requireFreeFds } from './fdHeadroom.js';
import { NodeChildHandle } from './nodeChildHandle.js';
import { spawnFailure } from '../seam/spawnFailure.js';
import { textRequest, type TextRequest } from '../seam/textRequest.js';
import { checkDirectory, locateProgram } from '../seam/locateProgram.js';

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
  synchronousSpawn: false,
  createPipe: false,
  resourceUsage: false,
});

/** Descriptors of libuv's own during a spawn, besides those for what the child gets. */
const SPAWN_FDS = 2;

/**
 * The backend over `node:child_process`: works everywhere Node does.
 *
 * What it lacks is in `supports`: its pipes are socket pairs, `spawn()` blocks in proportion to our memory, a process
 * group without a session cannot be made, death by a real-time signal reads as an exit with 0, and a descriptor that
 * foreign code left inheritable reaches the child. With `stderr: STDOUT` into a pipe a shell stands in front: it drops
 * variables whose names are no identifiers, and `argv[0]` is the path of the program.
 */
export const nodeBackend: SubprocessBackend = Object.freeze({
  name: 'node',
  supports,
  spawn(given: SpawnRequest): ChildHandle {
    const request = textRequest(given, 'node');
    // An explicit copy of our environment: Node would read inherited properties of it too.
    const env = request.env ?? Object.assign(Object.create(null) as Record<string, string>, process.env);
    let file: string | null = null;
    try {
      if (request.cwd !== null) {
        checkDirectory(request.program, request.cwd);
      }
      checkDescriptors(request);
      const command = commandOf(request, env);
      file = command.file;
      return spawnChild(request, env, command);
    } catch (thrown) {
      if (thrown instanceof NotSupportedError) {
        throw thrown;
      }
      throw spawnFailure(thrown, request, file);
    }
  },
});

interface Command {
  /** What Node executes. */
  readonly file: string;
  readonly argv0: string;
  readonly args: readonly string[];
}

/** Makes sure that Node will not fail half-way: given descriptors are open, and there is room for ours. */
function checkDescriptors(request: SpawnRequest): void {
  let needed = SPAWN_FDS;
  for (const [childFd, slot] of request.stdio) {
    if (slot.kind === 'fd') {
      fstatSync(slot.fd);
      // The child moves it out of the way before it puts anything in its place.
      needed += slot.fd < childFd ? 1 : 0;
    } else if (slot.kind === 'pipe') {
      needed += childFd > 2 ? 3 : 2;
    } else if (slot.kind === 'null' && childFd > 2) {
      needed += 2;
    }
  }
  if (!windows) {
    requireFreeFds(needed, Math.max(...request.stdio.keys()) + 1);
  }
}

function commandOf(request: TextRequest, env: Readonly<Record<string, string>>): Command {
  const { program, cwd, args } = request;
  const named = request.executable ?? program;
  if (windows) {
    return { file: named, argv0: program, args };
  }
  const file = locateProgram({ program, file: named, cwd, env });
  if (request.stdio.get(2)?.kind !== 'stdout') {
    return { file, argv0: program, args };
  }
  // Node cannot put one pipe at two descriptors; a shell can, and then makes way for the program.
  const forget = ['PWD', 'OLDPWD', '_'].filter((name) => !(name in env));
  const unset = forget.length > 0 ? `unset ${forget.join(' ')}; ` : '';
  // The shell corrects a PWD that is not its directory.
  const pwd = env['PWD'] === undefined ? '' : `export PWD='${env['PWD'].replaceAll("'", `'\\''`)}'; `;
  const script = `${unset}${pwd}exec "$0" "$@" 2>&1`;
  return { file: '/bin/sh', argv0: 'sh', args: ['-c', script, file, ...args] };
}

function spawnChild(request: TextRequest, env: Record<string, string>, command: Command): ChildHandle {
  const nullFds: number[] = [];
  try {
    const options = Object.assign(Object.create(null) as SpawnOptions, {
      argv0: command.argv0,
      cwd: request.cwd ?? undefined,
      env,
      detached: request.startNewSession,
      uid: request.user ?? undefined,
      gid: request.group ?? undefined,
      shell: false,
      windowsHide: true,
      stdio: stdioOf(request, nullFds),
    });
    return new NodeChildHandle(spawn(command.file, command.args, options), request, command.file);
  } finally {
    nullFds.forEach(closeSync);
  }
}

/** Node's list has no gaps: what was not asked for is `'ignore'`, which from 3 on opens nothing. */
function stdioOf(request: SpawnRequest, nullFds: number[]): ('pipe' | 'ignore' | number)[] {
  const stdio = new Array<'pipe' | 'ignore' | number>(Math.max(...request.stdio.keys()) + 1).fill('ignore');
  for (const [childFd, slot] of request.stdio) {
    switch (slot.kind) {
      case 'pipe':
        stdio[childFd] = 'pipe';
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
      case 'end':
        throw new NotSupportedError('createPipe', 'the node backend cannot join two children by a pipe');
      case 'stdout':
        if (windows) {
          throw new NotSupportedError('pipes', 'stderr: STDOUT into a pipe is not supported on Windows');
        }
        // The shell in front redirects it before the program runs.
        stdio[childFd] = 'ignore';
        break;
    }
  }
  return stdio;
}
