import {
  NotSupportedError,
  showByteString,
  SpawnError,
  SubprocessError,
  type BackendCapabilities,
  type ChildHandle,
  type ChildPipe,
  type SpawnRequest,
  type SubprocessBackend,
} from '@subwire/transport';
import { native } from './native/ffi.js';
import { makeChildPipe } from './pipe/childPipe.js';
import { PosixChild } from './posixChild.js';
import { SpawnAttempt } from './spawn/spawnAttempt.js';
import { SpawnQueue } from './spawn/spawnQueue.js';
import { StartThreads } from './spawn/startThreads.js';
import { findings } from './support.js';

const onLinux = process.platform === 'linux';

let known: BackendCapabilities | null = null;

/** Returns what the backend can do; asks the C library at the first call. */
function capabilities(): BackendCapabilities {
  if (known !== null) {
    return known;
  }
  const { obstacle, passing } = findings();
  const found: BackendCapabilities = Object.freeze({
    pids: 'local',
    signals: 'all',
    signalScopes: Object.freeze(['process', 'group'] as const),
    realtimeSignals: onLinux,
    newSession: true,
    processGroup: true,
    identity: false,
    descriptors: true,
    extraFds: true,
    closeFds: obstacle === null && (!onLinux || native().fileActionsAddCloseFrom !== null),
    pipes: Object.freeze(['pipe', 'socket'] as const),
    pipeSize: onLinux,
    stdinPeerClose: true,
    offThreadSpawn: true,
    readInto: true,
    loss: false,
    bytes: true,
    synchronousSpawn: true,
    createPipe: true,
    resourceUsage: true,
  });
  if (!passing) {
    known = found;
  }
  return found;
}

/** The first use loads koffi, which takes descriptors. */
const NO_DESCRIPTOR = 'this process has too few free descriptors';

/**
 * @param noDescriptor - Returns the error for what stands in the way only now.
 * @throws {NotSupportedError} for everything else.
 */
function requireWorking(noDescriptor: () => SubprocessError): void {
  const { obstacle, passing } = findings();
  if (obstacle !== null) {
    throw passing
      ? noDescriptor()
      : new NotSupportedError('posix', `the posix backend does not work here: ${obstacle}`);
  }
}

/** A backend that always has `createPipe()`. */
type JoiningBackend = SubprocessBackend & Required<Pick<SubprocessBackend, 'createPipe'>>;

const threads: StartThreads = new StartThreads(() => {
  queue.startMore();
});
const queue = new SpawnQueue(() => threads.hasRoom);

/**
 * The backend over `posix_spawn`, real pipes and pidfds, on libuv's own loop of this process.
 *
 * Where it does not work `isSupported()` says why, and `spawn()` throws. macOS: written, never run. `isSupported()` says no
 * there, but `spawn()` tries.
 */
export const posixBackend: JoiningBackend = Object.freeze({
  name: 'posix',
  get supports(): BackendCapabilities {
    return capabilities();
  },
  spawn(request: SpawnRequest): ChildHandle {
    requireWorking(() => {
      const program = showByteString(request.program);
      return new SpawnError('EMFILE', { stage: 'spawn', program, path: null, reason: NO_DESCRIPTOR });
    });
    if (request.pipes === 'socket' && request.pipeSize !== null) {
      throw new NotSupportedError('pipeSize', 'the posix backend cannot choose the size of a socket pair');
    }
    if (request.user !== null || request.group !== null) {
      throw new NotSupportedError('identity', 'the posix backend cannot change the user or group of a child');
    }
    const attempt = new SpawnAttempt(request, threads);
    if (request.synchronous) {
      attempt.startNow();
    } else {
      queue.push(attempt);
    }
    const child = new PosixChild(request, attempt, threads);
    attempt.tell(child);
    return child;
  },
  createPipe(): ChildPipe {
    requireWorking(() => new SubprocessError('EMFILE', NO_DESCRIPTOR));
    return makeChildPipe();
  },
});
