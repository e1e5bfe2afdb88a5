import {
  subprocessExec,
  type SubprocessBackend,
  type SubprocessExecOptions,
  type SubprocessTransport,
  type WriteTransport,
} from '@subwire/transport';
import { FakeBackend, type FakeBackendOptions } from '../../src/fake/fakeBackend.js';
import type { FakeChild } from '../../src/fake/fakeChild.js';
import { RecordingProtocol } from '../../src/protocols/recordingProtocol.js';
import { StrictProtocol } from '../../src/protocols/strictProtocol.js';

export interface Started {
  readonly transport: SubprocessTransport;
  readonly protocol: RecordingProtocol;
  readonly strict: StrictProtocol;
  readonly stdin: WriteTransport;
}

/** Starts a child with a protocol that records, inside one that is strict. */
export async function start(
  backend: SubprocessBackend,
  program = 'prog',
  args: readonly string[] = [],
  options: SubprocessExecOptions = {},
): Promise<Started> {
  const protocol = new RecordingProtocol();
  const [transport, strict] = await subprocessExec(() => new StrictProtocol(protocol), program, args, {
    ...options,
    backend,
  });
  return {
    transport,
    protocol,
    strict,
    get stdin() {
      return transport.getPipeTransport(0)!;
    },
  };
}

export interface ByHand extends Started {
  readonly backend: FakeBackend;
  readonly child: FakeChild;
}

/** Starts a child that the test drives. */
export async function startByHand(
  backendOptions: FakeBackendOptions = {},
  options: SubprocessExecOptions = {},
): Promise<ByHand> {
  const backend = new FakeBackend(backendOptions);
  backend.expect('prog').byHand();
  const started = await start(backend, 'prog', [], options);
  return { ...started, stdin: started.transport.getPipeTransport(0)!, backend, child: backend.children[0]! };
}

/** What a call or a promise fails with. */
export async function failureOf(action: () => unknown): Promise<Error & Readonly<Record<string, unknown>>> {
  try {
    await action();
  } catch (thrown) {
    return thrown as Error & Readonly<Record<string, unknown>>;
  }
  throw new Error('it did not fail');
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
