import type { CallbackError } from '../../src/contract/errors.js';
import type { SubprocessExecOptions } from '../../src/options/options.js';
import { subprocessExec } from '../../src/subprocessExec.js';
import type { SubprocessTransport } from '../../src/contract/transports.js';
import { ManualClock } from './manualClock.js';
import { RecordingProtocol } from './recordingProtocol.js';
import { StubBackend, StubChild, type StubChildShape } from './stubChild.js';

/** A stub child whose creation has resolved. */
export interface Started {
  readonly child: StubChild;
  readonly protocol: RecordingProtocol;
  readonly transport: SubprocessTransport;
  readonly clock: ManualClock;
  /** What the protocol's callbacks threw. */
  readonly errors: CallbackError[];
}

/** Starts a stub child, on a clock that stands still; `prepare` runs before its `spawn` event. */
export async function startStub(
  shape: StubChildShape = {},
  options: SubprocessExecOptions = {},
  prepare: (child: StubChild, protocol: RecordingProtocol) => void = () => undefined,
): Promise<Started> {
  const child = new StubChild(shape);
  const protocol = new RecordingProtocol();
  const clock = new ManualClock();
  const errors: CallbackError[] = [];
  const backend = new StubBackend(child, {}, clock);
  prepare(child, protocol);
  const creation = subprocessExec(() => protocol, 'stub', [], {
    backend,
    onCallbackError: (error) => errors.push(error),
    ...options,
  });
  child.started();
  const [transport] = await creation;
  return { child, protocol, transport, clock, errors };
}
