import type { BackendCapabilities } from '@subwire/transport';

/** The capabilities of a backend that supports everything. */
export const EVERY_CAPABILITY: BackendCapabilities = Object.freeze<BackendCapabilities>({
  pids: 'local',
  signals: 'all',
  signalScopes: Object.freeze(['process', 'group', 'tree'] as const),
  realtimeSignals: true,
  newSession: true,
  processGroup: true,
  identity: true,
  descriptors: true,
  extraFds: true,
  closeFds: true,
  pipes: Object.freeze(['pipe', 'socket'] as const),
  pipeSize: true,
  stdinPeerClose: true,
  offThreadSpawn: true,
  readInto: true,
  loss: true,
  bytes: true,
  synchronousSpawn: true,
  createPipe: true,
  resourceUsage: true,
});
