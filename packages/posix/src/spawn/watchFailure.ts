import { showByteString, SpawnError, systemErrorCode, type ByteString, type SpawnRequest } from '@subwire/transport';

/** What opens the queue of events, and registers there. */
const WATCH_CALLS: ReadonlySet<unknown> = new Set(['epoll_create1', 'epoll_ctl', 'kqueue', 'kevent', 'uv_poll_init']);

/** Returns the error of a start that was given up because its pipes cannot be watched, `null` for other failures. */
export function watchFailure(thrown: unknown, { program }: Pick<SpawnRequest, 'program'>): SpawnError | null {
  return thrown instanceof Error && 'syscall' in thrown && WATCH_CALLS.has(thrown.syscall)
    ? unwatchable(thrown, program, false)
    : null;
}

/** Returns the error of a child that could not be watched. */
export function unwatchable(thrown: unknown, program: ByteString, mayHaveRun: boolean): SpawnError {
  const reason = mayHaveRun ? 'it ran, could not be watched, and was killed' : 'it could not be watched';
  const details = { stage: 'watch', program: showByteString(program), path: null, reason, mayHaveRun } as const;
  return new SpawnError(systemErrorCode(thrown), details, { cause: thrown });
}
