import type { SpawnRequest } from './seam/backend.js';
import { systemClock } from './contract/clock.js';
import { SpawnError, TransportLostError } from './contract/errors.js';
import { ChildTransport } from './machine/childTransport.js';
import { nodeBackend } from './node/nodeBackend.js';
import { parseCreation, type CreationSettings, type SubprocessExecOptions } from './options/options.js';
import type { SubprocessProtocol } from './contract/protocols.js';
import type { SubprocessTransport } from './contract/transports.js';

const CALLBACKS = [
  'connectionMade',
  'connectionLost',
  'pauseWriting',
  'resumeWriting',
  'pipeDataReceived',
  'pipeConnectionLost',
  'processExited',
] as const satisfies readonly (keyof SubprocessProtocol)[];

/** Both or neither. */
const BUFFER_CALLBACKS = ['getBuffer', 'bufferUpdated'] as const satisfies readonly (keyof SubprocessProtocol)[];

/**
 * Starts a program and connects a protocol to it.
 *
 * Order: the arguments are checked, the factory is called, the child is started, `connectionMade` is called, the promise
 * resolves. If anything fails nothing is left: no process, no descriptor, and no callback is made.
 * @param protocolFactory - Called once, before anything is started; its throw is the rejection.
 * @param program - Looked up in the child's PATH, unless it contains a slash.
 * @param args - Arguments, without the program. Default: none.
 * @param options - See `SubprocessExecOptions`; stdio is `PIPE` by default.
 * @returns the transport, and the protocol that the factory made.
 * @throws {SpawnError} (rejects) if the child cannot be started.
 * @throws {TypeError} (rejects) for an argument of the wrong type or an unknown option.
 * @throws {ValueError} (rejects) for an argument that makes no sense.
 * @throws {NotSupportedError} (rejects) if the backend cannot do what an option asks for.
 * @throws `options.signal.reason` (rejects) once an aborted child is reaped.
 * @asyncio loop.subprocess_exec
 * Differs: arguments stand in an array and options in an object; there is no loop. Empty and relative entries of the PATH
 * are skipped.
 */
export async function subprocessExec<P extends SubprocessProtocol>(
  protocolFactory: () => P,
  program: string | Uint8Array | URL,
  args: readonly (string | Uint8Array)[] = [],
  options: SubprocessExecOptions = {},
): Promise<readonly [transport: SubprocessTransport, protocol: P]> {
  const [request, settings] = parseCreation(program, args, options, nodeBackend);
  settings.signal?.throwIfAborted();
  const protocol = protocolFactory();
  requireCallbacks(protocol);
  // The factory may have aborted it.
  settings.signal?.throwIfAborted();
  try {
    const transport = start(request, settings, protocol);
    await (settings.signal === null ? transport.started : startedUnlessAborted(transport, settings.signal));
    return [transport, protocol];
  } catch (thrown) {
    throw withCallersFrames(thrown);
  }
}

/**
 * Gives the error of a refusal a stack that leads to the caller: where it was made there may have been only the event of a
 * backend, or more frames of ours than a stack holds.
 *
 * The engine follows the `await`s from here. Nothing is captured for starts that succeed.
 */
function withCallersFrames(thrown: unknown): unknown {
  if (thrown instanceof SpawnError || thrown instanceof TransportLostError) {
    Error.captureStackTrace(thrown, subprocessExec);
  }
  return thrown;
}

function requireCallbacks(protocol: SubprocessProtocol): void {
  if (hasCallbacks(protocol)) {
    return;
  }
  const buffered = protocol.getBuffer !== undefined || protocol.bufferUpdated !== undefined;
  for (const callback of buffered ? [...CALLBACKS, ...BUFFER_CALLBACKS] : CALLBACKS) {
    if (typeof protocol[callback] !== 'function') {
      throw new TypeError(`the protocol has no method ${callback}()`);
    }
  }
}

/** Tells whether a protocol without memory of its own is complete. By name, as it is asked for every child. */
function hasCallbacks(protocol: SubprocessProtocol): boolean {
  return (
    typeof protocol.connectionMade === 'function' &&
    typeof protocol.connectionLost === 'function' &&
    typeof protocol.pauseWriting === 'function' &&
    typeof protocol.resumeWriting === 'function' &&
    typeof protocol.pipeDataReceived === 'function' &&
    typeof protocol.pipeConnectionLost === 'function' &&
    typeof protocol.processExited === 'function' &&
    protocol.getBuffer === undefined &&
    protocol.bufferUpdated === undefined
  );
}

function start(request: SpawnRequest, settings: CreationSettings, protocol: SubprocessProtocol): ChildTransport {
  const { backend, stdinGraceMs, onCallbackError } = settings;
  return new ChildTransport(backend.spawn(request), protocol, {
    backendName: backend.name,
    clock: backend.clock ?? systemClock,
    stdinGraceMs,
    onCallbackError,
  });
}

/** Resolves when the transport has started; an abort meanwhile takes the child back first. */
async function startedUnlessAborted(transport: ChildTransport, signal: AbortSignal): Promise<void> {
  let onAbort = (): void => undefined;
  const reaped = new Promise<void>((resolve) => {
    onAbort = (): void => {
      resolve(transport.cancel());
    };
  });
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) {
    // The backend did it while it started the child; the event is not repeated.
    onAbort();
  }
  const outcome = transport.started.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  const failure = await Promise.race([outcome, reaped.then(() => null)]);
  if (signal.aborted) {
    await reaped;
    throw signal.reason;
  }
  signal.removeEventListener('abort', onAbort);
  if (failure !== null) {
    throw failure.error;
  }
}
