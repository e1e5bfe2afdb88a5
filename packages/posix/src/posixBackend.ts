import {
  NotSupportedError,
  type BackendCapabilities,
  type ChildHandle,
  type SpawnRequest,
  type SubprocessBackend,
} from '@subwire/transport';
import { native } from './ffi.js';
import { PosixChild } from './posixChild.js';
import { SpawnAttempt } from './spawnAttempt.js';
import { SpawnQueue } from './spawnQueue.js';
import { isSupported } from './support.js';

const supports: BackendCapabilities = Object.freeze({
  pids: true,
  signals: true,
  groupSignals: true,
  realtimeSignals: true,
  newSession: true,
  processGroup: true,
  identity: false,
  descriptors: true,
  extraFds: true,
  closeFds: isSupported().ok && native().fileActionsAddCloseFrom !== null,
  realPipes: true,
  pipeSize: process.platform === 'linux',
  stdinPeerClose: true,
  offThreadSpawn: true,
  readInto: true,
  loss: false,
});

const queue = new SpawnQueue();

/**
 * The backend over `posix_spawn`, real pipes and pidfds, on libuv's own loop of this process.
 *
 * Where it does not work `isSupported()` says why, and `spawn()` throws.
 */
export const posixBackend: SubprocessBackend = Object.freeze({
  name: 'posix',
  supports,
  spawn(request: SpawnRequest): ChildHandle {
    const support = isSupported();
    if (!support.ok) {
      throw new NotSupportedError('posix', `the posix backend does not work here: ${support.reason}`);
    }
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
