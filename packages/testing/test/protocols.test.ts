import { describe, expect, it } from '@jest/globals';
import { SubprocessProtocol, type SubprocessTransport } from '@subwire/transport';
import { FakeBackend } from '../src/fake/fakeBackend.js';
import { RecordingProtocol } from '../src/protocols/recordingProtocol.js';
import { StrictProtocol } from '../src/protocols/strictProtocol.js';
import { bytes, failureOf, start, startByHand } from './helpers/started.js';

/** As much of a transport as the protocols look at. */
function transportStub(fds: readonly number[]): SubprocessTransport & { returncode: number | null; reading: boolean } {
  const stub = {
    returncode: null as number | null,
    reading: true,
    getReturncode: () => stub.returncode,
    getPipeTransport: (fd: number) => (fds.includes(fd) ? { isReading: () => fd === 0 || stub.reading } : null),
  };
  return stub as unknown as ReturnType<typeof transportStub>;
}

describe('RecordingProtocol', () => {
  it('shows text, long data by its length, and errors by their codes', () => {
    const protocol = new RecordingProtocol();
    expect(() => protocol.transport).toThrow('connectionMade has not been called');
    protocol.connectionMade(transportStub([1]));
    protocol.pipeDataReceived(1, bytes('hi\n'));
    protocol.pipeDataReceived(1, bytes('x'.repeat(65)));
    protocol.pipeDataReceived(1, Uint8Array.of(0xff));
    protocol.pipeConnectionLost(1, Object.assign(new Error(), { code: 'EIO' }));
    protocol.connectionLost(new TypeError());
    expect(protocol.log).toEqual([
      'made',
      'data:1:hi',
      'data:1:65 bytes',
      'data:1:1 bytes',
      'lost:1:EIO',
      'lost:TypeError',
    ]);
  });

  it('waits for an entry, and says so when that cannot come any more', async () => {
    const { child, protocol } = await startByHand();
    const never = failureOf(() => protocol.until('data:1'));
    const end = protocol.until('lost');
    child.exit(0);
    await end;
    expect(protocol.log.at(-1)).toBe('lost');
    expect((await never).message).toMatch('never came; the log: made, ');
    expect((await failureOf(() => protocol.until('data:2'))).message).toMatch('never came');
    await protocol.until('exited');
  });

  it('has a log without what may differ between runs', async () => {
    const logs = [];
    for (let seed = 0; seed < 10; seed += 1) {
      const backend = new FakeBackend({ seed, chunking: 'random' });
      backend.expect('prog').reply({ stdout: 'output', stderr: 'errors', exit: 2 });
      const { protocol } = await start(backend);
      await protocol.lost;
      logs.push(protocol.normalizedLog);
    }
    for (const log of logs) {
      expect(log).toEqual(['made', 'data:1:output', 'data:2:errors', 'exited:2', 'lost:0', 'lost:1', 'lost:2', 'lost']);
    }
  });
});

describe('StrictProtocol', () => {
  type Call = (protocol: StrictProtocol, transport: ReturnType<typeof transportStub>) => void;
  const made: Call = (protocol, transport) => {
    protocol.connectionMade(transport);
  };
  const data: Call = (protocol) => {
    protocol.pipeDataReceived(1, bytes('x'));
  };
  const lost =
    (fd: number): Call =>
    (protocol) => {
      protocol.pipeConnectionLost(fd, null);
    };
  const exited: Call = (protocol, transport) => {
    transport.returncode = 0;
    protocol.processExited();
  };
  const pause: Call = (protocol) => {
    protocol.pauseWriting();
  };
  const resume: Call = (protocol) => {
    protocol.resumeWriting();
  };
  const end: Call = (protocol) => {
    protocol.connectionLost(null);
  };
  const illegal: [string, Call[]][] = [
    ['connectionMade came twice', [made, made]],
    ['pipeDataReceived came before connectionMade', [data]],
    ['data of 1 came after its loss', [made, lost(1), data]],
    ['data of 3, which is no pipe', [made, (protocol) => protocol.pipeDataReceived(3, bytes('x'))]],
    ['empty data of 1', [made, (protocol) => protocol.pipeDataReceived(1, bytes(''))]],
    [
      'data of 1 came while it is paused',
      [made, (protocol, transport) => ((transport.reading = false), data(protocol, transport))],
    ],
    ['1 was lost twice', [made, lost(1), lost(1)]],
    ['7 was lost and is no pipe', [made, lost(7)]],
    ['processExited came twice', [made, exited, exited]],
    ['processExited came without a return code', [made, (protocol) => protocol.processExited()]],
    ['pauseWriting came while paused', [made, pause, pause]],
    ['pauseWriting came after the loss of 0', [made, lost(0), pause]],
    ['resumeWriting came while not paused', [made, resume]],
    ['resumeWriting came after the loss of 0', [made, pause, lost(0), resume]],
    ['connectionLost came before processExited', [made, lost(0), lost(1), end]],
    ['connectionLost came before the loss of 0 and 1', [made, exited, end]],
    ['connectionLost came after connectionLost', [made, exited, lost(0), lost(1), end, end]],
  ];

  it.each(illegal)('throws: %s', (message, calls) => {
    const protocol = new StrictProtocol();
    const transport = transportStub([0, 1]);
    calls.slice(0, -1).forEach((call) => {
      call(protocol, transport);
    });
    expect(() => {
      calls.at(-1)?.(protocol, transport);
    }).toThrow(message);
    expect(protocol.violations).toHaveLength(1);
  });

  it('passes everything legal on, buffered protocols included', async () => {
    class Buffered extends SubprocessProtocol {
      readonly memory = new Uint8Array(4);
      text = '';
      override getBuffer(): Uint8Array {
        return this.memory;
      }
      override bufferUpdated(_fd: number, nbytes: number): void {
        this.text += Buffer.from(this.memory.subarray(0, nbytes)).toString();
      }
    }
    const inner = new Buffered();
    const backend = new FakeBackend();
    backend.expect('prog').reply({ stdout: 'more than four' });
    const { subprocessExec } = await import('@subwire/transport');
    const [, strict] = await subprocessExec(() => new StrictProtocol(inner), 'prog', [], { backend });
    await backend.settle();
    expect(inner.text).toBe('more than four');
    expect(strict.violations).toEqual([]);
  });
});
