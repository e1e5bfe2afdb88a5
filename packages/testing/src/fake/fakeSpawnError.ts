import { SpawnError, type SpawnStage, type SystemErrorCode } from '@subwire/transport';

/** The stage at which a real backend reports each error code, and what `path` names then. */
const FAILURES: Partial<
  Record<SystemErrorCode, { readonly stage: SpawnStage; readonly blames: 'program' | 'cwd' | null }>
> = {
  E2BIG: { stage: 'exec', blames: 'program' },
  EACCES: { stage: 'exec', blames: 'program' },
  EAGAIN: { stage: 'spawn', blames: null },
  EBADF: { stage: 'stdio', blames: null },
  EMFILE: { stage: 'stdio', blames: null },
  ENFILE: { stage: 'stdio', blames: null },
  ENOENT: { stage: 'lookup', blames: 'program' },
  ENOEXEC: { stage: 'exec', blames: 'program' },
  ENOMEM: { stage: 'spawn', blames: null },
  ENOTDIR: { stage: 'cwd', blames: 'cwd' },
  EPERM: { stage: 'identity', blames: 'program' },
  ETXTBSY: { stage: 'exec', blames: 'program' },
};

/** A failure to start a fake child. */
export interface FakeSpawnFailure {
  readonly code: SystemErrorCode;
  /** The stage. Default: that at which a real backend reports the code. A missing directory has the stage `'cwd'`. */
  readonly stage?: SpawnStage;
}

/** Returns the error that a real backend reports for a failure. */
export function fakeSpawnError(failure: FakeSpawnFailure, program: string, cwd: string | null): SpawnError {
  const known = FAILURES[failure.code];
  const stage = failure.stage ?? known?.stage ?? 'exec';
  const blames = stage === 'cwd' ? 'cwd' : (known?.blames ?? null);
  const path = blames === 'cwd' ? cwd : blames === 'program' ? program : null;
  return new SpawnError(failure.code, { stage, program, path, reason: 'the fake backend was told to fail' });
}
