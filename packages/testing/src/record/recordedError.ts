import { SpawnError, SubprocessError, TransportLostError, type SubprocessErrorCode } from '@subwire/transport';

/** An error as data, from which it can be created again. */
export interface RecordedError {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  /** The fields of its class. Default: none. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const REASON = /^cannot start .*?: (.*) \(\w+\)$/s;

/** Returns an error as data. */
export function recordError(error: Error): RecordedError {
  const code = 'code' in error ? { code: String(error.code) } : {};
  const recorded = { name: error.name, ...code, message: error.message };
  if (error instanceof SpawnError) {
    const { stage, program, path } = error;
    const reason = REASON.exec(error.message)?.[1] ?? error.message;
    return { ...recorded, message: reason, details: { stage, program, path } };
  }
  if (error instanceof TransportLostError) {
    return { ...recorded, details: { phase: error.phase, mayStillRun: error.mayStillRun } };
  }
  return recorded;
}

/** Creates the error again. Its class is the same if that is one of Subwire's, else `Error`. */
export function remakeError(recorded: RecordedError): Error {
  const details = recorded.details ?? {};
  if (recorded.name === 'SpawnError') {
    const { stage, program, path } = details as unknown as Pick<SpawnError, 'stage' | 'program' | 'path'>;
    const code = recorded.code as SpawnError['code'];
    return new SpawnError(code, { stage, program, path, reason: recorded.message });
  }
  if (recorded.name === 'TransportLostError') {
    const { phase, mayStillRun } = details as unknown as Pick<TransportLostError, 'phase' | 'mayStillRun'>;
    return new TransportLostError(recorded.message, { phase, mayStillRun });
  }
  if (recorded.code !== undefined) {
    return new SubprocessError(recorded.code as SubprocessErrorCode, recorded.message);
  }
  return new Error(recorded.message);
}
