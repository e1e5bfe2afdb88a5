import type { BackendCapabilities } from '@subwire/transport';

/** A backend that can do everything; its keys are all the capabilities that there are. */
export const EVERY_CAPABILITY: BackendCapabilities = Object.freeze({
  pids: true,
  signals: true,
  groupSignals: true,
  realtimeSignals: true,
  newSession: true,
  processGroup: true,
  identity: true,
  descriptors: true,
  extraFds: true,
  closeFds: true,
  realPipes: true,
  pipeSize: true,
  stdinPeerClose: true,
  offThreadSpawn: true,
  readInto: true,
  loss: true,
});
