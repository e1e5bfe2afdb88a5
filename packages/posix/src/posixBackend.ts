import {
  NotSupportedError,
  textRequest,
  type BackendCapabilities,
  type ChildHandle,
  type SpawnRequest,
  type SubprocessBackend,
} from '@subwire/transport';
import { native } from './native/ffi.js';
import { PosixChild } from './posixChild.js';
import { SpawnAttempt } from './spawn/spawnAttempt.js';
import { SpawnQueue } from './spawn/spawnQueue.js';
import { obstacle } from './support.js';

const onLinux = process.platform === 'linux';

const supports: BackendCapabilities = Object.freeze({
  pids: 'local',
  signals: 'all',
  signalScopes: Object.freeze(['process', 'group'] as const),
  realtimeSignals: onLinux,
  newSession: true,
  processGroup: true,
  identity: false,
  descriptors: true,
  extraFds: true,
  closeFds: obstacle() === null && (!onLinux || native().fileActionsAddCloseFrom !== null),
  pipes: Object.freeze(['pipe'] as const),
  pipeSize: onLinux,
  stdinPeerClose: true,
  offThreadSpawn: true,
  readInto: true,
  loss: false,
  bytes: false,
  synchronousSpawn: false,
  createPipe: false,
  resourceUsage: false,
});

const queue = new SpawnQueue();

/**
 * The backend over `posix_spawn`, real pipes and pidfds, on libuv's own loop of this process.
 *
 * Where it does not work `isSupported()` says why, and `spawn()` throws. macOS: written, never run. `isSupported()` says no
 * there, but `spawn()` tries.
 */
export const posixBackend: SubprocessBackend = Object.freeze({
  name: 'posix',
  supports,
  spawn(given: SpawnRequest): ChildHandle {
    const reason = obstacle();
    if (reason !== null) {
      throw new NotSupportedError('posix', `the posix backend does not work here: ${reason}`);
    }
    const request = textRequest(given, 'posix');
    if (request.user !== null || request.group !== null) {
      throw new NotSupportedError('identity', 'the posix backend cannot change the user or group of a child');
    }
    const attempt = new SpawnAttempt(request);
    queue.push(attempt);
    const child = new PosixChild(request, attempt.stdio);
    attempt.tell(child);
    return child;
  },
});
