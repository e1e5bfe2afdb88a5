/** Read pipes whose protocol offers the memory. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CallbackQueue } from '../src/machine/callbackQueue.js';
import type { BufferReceiver } from '../src/seam/childHandle.js';
import type { CallbackError } from '../src/contract/errors.js';
import { BufferedProtocol } from '../src/contract/protocols.js';
import { ReadPipeTransport } from '../src/machine/readPipeTransport.js';
import { text } from './helpers/bytes.js';
import { RecordingPipeProtocol, settle } from './helpers/recordingProtocol.js';
import { StubReadPipe } from './helpers/stubChild.js';

/** Takes bytes in rooms of `roomSize` and logs each filling. */
class SmallRooms extends BufferedProtocol {
  readonly lines: string[] = [];
  hook: (line: string) => void = () => undefined;
  #room = new Uint8Array(0);

  constructor(readonly roomSize: number) {
    super();
  }

  get text(): string {
    return this.lines.map((line) => line.replace(/^(eof|lost.*)$/, '')).join('');
  }

  override getBuffer(): Uint8Array {
    this.#room = new Uint8Array(this.roomSize);
    return this.#room;
  }

  override bufferUpdated(nbytes: number): void {
    this.#record(text(this.#room.subarray(0, nbytes)));
  }

  override eofReceived(): void {
    this.#record('eof');
  }

  override connectionLost(exc: Error | null): void {
    this.#record(exc === null ? 'lost' : `lost:${exc.name}`);
  }

  #record(line: string): void {
    this.lines.push(line);
    this.hook(line);
  }
}

function connected<P extends BufferedProtocol>(
  protocol: P,
  pipe: StubReadPipe = new StubReadPipe(),
): { pipe: StubReadPipe; protocol: P; transport: ReadPipeTransport; errors: CallbackError[] } {
  const errors: CallbackError[] = [];
  const queue = new CallbackQueue((error) => errors.push(error));
  const transport = new ReadPipeTransport(pipe, protocol, queue);
  queue.open('connectionMade', () => {
    protocol.connectionMade(transport);
  });
  transport.start();
  return { pipe, protocol, transport, errors };
}

describe('a buffered protocol', () => {
  // test_buffered_proto_create_connection
  it('gets a chunk in as many rooms as it takes, then the end', () => {
    const { pipe, protocol } = connected(new SmallRooms(3));
    pipe.data('abcdefgh');
    pipe.finish();
    expect(protocol.lines).toEqual(['abc', 'def', 'gh', 'eof', 'lost']);
  });

  it('gets nothing more of a chunk after it paused, until it resumes', async () => {
    const { pipe, protocol, transport } = connected(new SmallRooms(2));
    protocol.hook = (line) => {
      if (line === 'ab') {
        transport.pauseReading();
      }
    };
    pipe.data('abcdef');
    await settle();
    expect(protocol.lines).toEqual(['ab']);
    transport.resumeReading();
    expect(protocol.lines).toEqual(['ab']); // not on the caller's stack
    await settle();
    expect(protocol.lines).toEqual(['ab', 'cd', 'ef']);
    expect(pipe.calls).toEqual(['resume', 'pause', 'resume']);
  });

  it('may pause again before the rest was delivered', async () => {
    const { pipe, protocol, transport } = connected(new SmallRooms(2));
    protocol.hook = () => {
      transport.pauseReading();
    };
    pipe.data('abcdef');
    transport.resumeReading();
    transport.pauseReading();
    transport.resumeReading();
    await settle();
    expect(protocol.lines).toEqual(['ab', 'cd']);
    transport.resumeReading();
    await settle();
    expect(protocol.lines).toEqual(['ab', 'cd', 'ef']);
    expect(pipe.flowing).toBe(false);
    transport.resumeReading();
    expect(pipe.flowing).toBe(true);
  });

  it('gets nothing more of a chunk after it closed', async () => {
    const { pipe, protocol, transport } = connected(new SmallRooms(2));
    protocol.hook = (line) => {
      if (line === 'ab') {
        transport.close();
      }
    };
    pipe.data('abcdef');
    pipe.finish();
    await settle();
    expect(protocol.lines).toEqual(['ab', 'lost']);
  });

  it('loses the pipe with its own error when getBuffer throws', () => {
    const failure = new Error('no memory');
    const protocol = new SmallRooms(1);
    protocol.getBuffer = () => {
      throw failure;
    };
    const { pipe, errors } = connected(protocol);
    pipe.data('abc');
    pipe.finish();
    expect(protocol.lines).toEqual(['lost:Error']);
    expect(pipe.calls).toEqual(['resume', 'close']);
    expect(errors.map((error) => [error.callback, error.cause])).toEqual([['getBuffer', failure]]);
  });

  it.each([
    ['an empty array', new Uint8Array(0)],
    ['undefined', undefined],
    ['a list', [0, 0]],
    ['a view', new Uint16Array(2)],
  ])('loses the pipe when getBuffer returns %s', (_, room) => {
    const protocol = new SmallRooms(1);
    protocol.getBuffer = () => room as Uint8Array;
    const { pipe, errors } = connected(protocol);
    pipe.data('abc');
    pipe.finish();
    expect(protocol.lines).toEqual(['lost:TypeError']);
    expect(errors.map((error) => error.callback)).toEqual(['getBuffer']);
  });

  it('goes on after bufferUpdated threw', () => {
    const { pipe, protocol, errors } = connected(new SmallRooms(2));
    protocol.hook = (line) => {
      if (line === 'ab') {
        throw new Error('mine');
      }
    };
    pipe.data('abcd');
    expect(protocol.lines).toEqual(['ab', 'cd']);
    expect(errors.map((error) => error.callback)).toEqual(['bufferUpdated']);
  });

  it('can take over from a plain one, and hand over to one', () => {
    const plain = new RecordingPipeProtocol();
    const { pipe, protocol, transport } = connected(new SmallRooms(2));
    pipe.data('abc');
    transport.setProtocol(plain);
    pipe.data('def');
    expect(protocol.lines).toEqual(['ab', 'c']);
    expect(plain.lines).toEqual(['data:def']);
  });

  it('is given to a handle that reads into memory, and taken away when a plain one comes', () => {
    const receivers: (BufferReceiver | null)[] = [];
    class IntoPipe extends StubReadPipe {
      override readInto(receiver: BufferReceiver | null): void {
        receivers.push(receiver);
      }
    }
    const { protocol, transport } = connected(new SmallRooms(4), new IntoPipe());
    receivers[0]?.getBuffer(-1).set([97, 98]);
    receivers[0]?.bufferUpdated(2);
    expect(protocol.lines).toEqual(['ab']);
    transport.setProtocol(new RecordingPipeProtocol());
    expect(receivers.map((receiver) => receiver !== null)).toEqual([true, false]);
  });

  it('gets the same bytes for any chunks, rooms and pauses', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[A-Z]{1,12}$/), { maxLength: 8 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { minLength: 1 }),
        async (chunks, roomSize, pauses) => {
          const { pipe, protocol, transport } = connected(new SmallRooms(roomSize));
          let turn = 0;
          protocol.hook = () => {
            turn += 1;
            if (pauses[turn % pauses.length] === true) {
              transport.pauseReading();
            }
          };
          for (const chunk of chunks) {
            while (!pipe.flowing) {
              transport.resumeReading();
              await Promise.resolve();
            }
            pipe.data(chunk);
          }
          while (!pipe.flowing) {
            transport.resumeReading();
            await Promise.resolve();
          }
          pipe.finish();
          expect(protocol.text).toBe(chunks.join(''));
          expect(protocol.lines.slice(-2)).toEqual(['eof', 'lost']);
        },
      ),
    );
  });
});
