/** connectReadPipe and connectWritePipe over real descriptors. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  connectReadPipe,
  connectWritePipe,
  type ConnectPipeOptions,
  type ReadablePipe,
  type WritablePipe,
} from '../../src/connectPipe.js';
import { ValueError } from '../../src/contract/errors.js';
import { BufferedProtocol } from '../../src/contract/protocols.js';
import { bytes, pattern, text } from '../helpers/bytes.js';
import { openFds, ScratchDirectory } from '../helpers/realChild.js';
import { RecordingPipeProtocol, settle } from '../helpers/recordingProtocol.js';
import { StubReadPipe } from '../helpers/stubChild.js';

const scratch = new ScratchDirectory();
let fifos = 0;

/** Returns both ends of a new pipe, non-blocking. */
function pipe(): readonly [reader: number, writer: number] {
  fifos += 1;
  const path = scratch.join(`fifo${fifos}`);
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return [reader, openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)];
}

/** Returns two sockets that are connected to each other. */
async function socketPair(): Promise<readonly [Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true }).listen(scratch.join('socket'));
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect(scratch.join('socket'));
  const [peer] = await accepted;
  // Takes effect, and removes the file, although the two live on.
  server.close();
  return [client, peer];
}

beforeAll(() => {
  writeFileSync(scratch.join('file'), 'content');
});

afterAll(() => {
  scratch.remove();
});

const protocol = (): RecordingPipeProtocol => new RecordingPipeProtocol();

describe('connectReadPipe', () => {
  // test_read_pipe
  it('reads a pipe until its end and closes it', async () => {
    const [reader, writer] = pipe();
    const before = openFds();
    const [transport, recording] = await connectReadPipe(protocol, reader);
    expect(recording.lines).toEqual(['made']);
    writeSync(writer, '1');
    await recording.log.until(() => recording.text === '1');
    writeSync(writer, '2345');
    await recording.log.until(() => recording.text === '12345');
    closeSync(writer);
    await recording.lost;
    expect(recording.lines.slice(-2)).toEqual(['eof', 'lost']);
    expect(transport.getExtraInfo('pipe')).toBe(reader);
    expect(openFds().length).toBeLessThan(before.length);
    expect(() => fstatSync(reader)).toThrow('EBADF');
  });

  it('sees the end at once if the writer is already gone', async () => {
    const [reader, writer] = pipe();
    writeSync(writer, 'left');
    closeSync(writer);
    const [, recording] = await connectReadPipe(protocol, reader);
    await recording.lost;
    expect(recording.lines).toEqual(['made', 'data:left', 'eof', 'lost']);
  });

  it('can be paused inside connectionMade, and closed while paused', async () => {
    const [reader, writer] = pipe();
    writeSync(writer, 'unread');
    class Paused extends RecordingPipeProtocol {
      override connectionMade(transport: Parameters<RecordingPipeProtocol['connectionMade']>[0]): void {
        super.connectionMade(transport);
        transport.pauseReading();
      }
    }
    const [transport, recording] = await connectReadPipe(() => new Paused(), reader);
    await settle(10);
    expect(recording.lines).toEqual(['made']);
    transport.resumeReading();
    await recording.log.until(() => recording.text === 'unread');
    transport.pauseReading();
    writeSync(writer, 'dropped');
    await settle(10);
    transport.close();
    await recording.lost;
    expect(recording.lines).toEqual(['made', 'data:unread', 'lost']);
    expect(() => writeSync(writer, 'x')).toThrow('EPIPE');
    closeSync(writer);
  });

  it('takes a FileHandle over', async () => {
    const [reader, writer] = pipe();
    closeSync(reader);
    const handle = await open(scratch.join(`fifo${fifos}`), constants.O_RDONLY | constants.O_NONBLOCK);
    const [transport, recording] = await connectReadPipe(protocol, handle);
    expect(handle.fd).toBe(-1);
    expect(transport.getExtraInfo('pipe')).toBe(handle);
    writeSync(writer, 'hi');
    closeSync(writer);
    await recording.lost;
    expect(recording.text).toBe('hi');
  });

  // test_buffered_proto_create_connection
  it('reads into memory of a buffered protocol', async () => {
    const [reader, writer] = pipe();
    const received: string[] = [];
    class Rooms extends BufferedProtocol {
      readonly over = new Promise<void>((resolve) => {
        this.connectionLost = (): void => {
          resolve();
        };
      });
      #room = new Uint8Array(100);
      override getBuffer(): Uint8Array {
        return this.#room;
      }
      override bufferUpdated(nbytes: number): void {
        received.push(text(this.#room.subarray(0, nbytes)));
      }
    }
    const [, rooms] = await connectReadPipe(() => new Rooms(), reader);
    writeSync(writer, 'x'.repeat(9 * 1024));
    closeSync(writer);
    await rooms.over;
    expect(received.join('')).toBe('x'.repeat(9 * 1024));
    expect(Math.max(...received.map((one) => one.length))).toBe(100);
  });

  it('reads a socket, and the null device', async () => {
    const [ours, peer] = await socketPair();
    const [, recording] = await connectReadPipe(protocol, ours);
    peer.end('from the peer');
    await recording.lost;
    expect(recording.text).toBe('from the peer');
    peer.destroy();
    const [, fromNull] = await connectReadPipe(protocol, openSync('/dev/null', 'r'));
    await fromNull.lost;
    expect(fromNull.lines).toEqual(['made', 'eof', 'lost']);
  });

  it('takes a handle of a backend', async () => {
    const handle = new StubReadPipe();
    const [, recording] = await connectReadPipe(protocol, handle);
    handle.data('x');
    handle.finish();
    expect(recording.lines).toEqual(['made', 'data:x', 'eof', 'lost']);
  });
});

describe('connectWritePipe', () => {
  // test_write_pipe
  it('writes to a pipe; close() closes it', async () => {
    const [reader, writer] = pipe();
    const [transport, recording] = await connectWritePipe(protocol, writer);
    transport.write(bytes('1'));
    transport.write(bytes('2345'));
    transport.close();
    await recording.lost;
    const buffer = new Uint8Array(100);
    expect(text(buffer.subarray(0, readSync(reader, buffer)))).toBe('12345');
    expect(readSync(reader, buffer)).toBe(0);
    closeSync(reader);
    expect(recording.lines).toEqual(['made', 'lost']);
  });

  // test_write_buffer_full
  it('pauses when the pipe is full, and is lost as a broken pipe when the reader goes', async () => {
    const [reader, writer] = pipe();
    const [transport, recording] = await connectWritePipe(protocol, writer);
    for (let turn = 0; turn < 100 && !recording.lines.includes('pause'); turn += 1) {
      transport.write(new Uint8Array(32_768));
    }
    transport.write(new Uint8Array(32_768));
    expect(transport.getWriteBufferSize()).toBeGreaterThan(65_536);
    closeSync(reader);
    await recording.lost;
    expect(recording.lines).toEqual(['made', 'pause', 'lost:BrokenPipeError']);
    expect(transport.getWriteBufferSize()).toBe(0);
  });

  // test_write_pipe_disconnect_on_close, X8
  it('sees the close of a peer socket without a write', async () => {
    const [ours, peer] = await socketPair();
    const [, recording] = await connectWritePipe(protocol, ours);
    peer.destroy();
    await recording.lost;
    expect(recording.lines).toEqual(['made', 'lost']);
  });

  // test_write_named_fifo_unread_data
  it('does not take unread data for the close of the reader', async () => {
    const [reader, writer] = pipe();
    const [transport, recording] = await connectWritePipe(protocol, writer);
    transport.write(bytes('unread'));
    await settle(10);
    expect([recording.lines, transport.isClosing()]).toEqual([['made'], false]);
    transport.close();
    await recording.lost;
    closeSync(reader);
  });

  it('refuses a FileHandle of a FIFO that nobody reads, which works as a number', async () => {
    const [reader, writer] = pipe();
    closeSync(writer);
    const handle = await open(scratch.join(`fifo${fifos}`), constants.O_WRONLY | constants.O_NONBLOCK);
    closeSync(reader);
    await expect(connectWritePipe(protocol, handle)).rejects.toMatchObject({ name: 'ValueError' });
    await handle.close();
    const [again, unread] = pipe();
    closeSync(again);
    const [transport, recording] = await connectWritePipe(protocol, unread);
    transport.write(bytes('x'));
    await recording.lost;
    expect(recording.lines).toEqual(['made', 'lost:BrokenPipeError']);
  });

  it('takes over what a file stream of Node has open', async () => {
    const [reader, writer] = pipe();
    closeSync(reader);
    const stream = createReadStream(scratch.join(`fifo${fifos}`), { flags: 'r', autoClose: true });
    await once(stream, 'open');
    const [, recording] = await connectReadPipe(protocol, stream as unknown as ReadablePipe);
    writeSync(writer, 'hi');
    closeSync(writer);
    await recording.lost;
    expect(recording.text).toBe('hi');
  });

  it('writes everything through a FileHandle that it took over', async () => {
    const [reader, writer] = pipe();
    closeSync(writer);
    const handle = await open(scratch.join(`fifo${fifos}`), constants.O_WRONLY | constants.O_NONBLOCK);
    const [transport, sender] = await connectWritePipe(protocol, handle);
    const [, receiver] = await connectReadPipe(protocol, reader);
    transport.write(pattern(500_000));
    transport.writeEof();
    await Promise.all([sender.lost, receiver.lost]);
    expect(Buffer.compare(receiver.data, pattern(500_000))).toBe(0);
  });

  it('writes to the null device', async () => {
    const [transport, recording] = await connectWritePipe(protocol, openSync('/dev/null', 'w'));
    transport.write(bytes('gone'));
    transport.close();
    await recording.lost;
    expect(recording.lines).toEqual(['made', 'lost']);
  });
});

describe.each([
  [
    'connectReadPipe',
    (pipe_: unknown, factory = protocol, options: unknown = {}) =>
      connectReadPipe(factory, pipe_ as ReadablePipe, options as ConnectPipeOptions),
  ],
  [
    'connectWritePipe',
    (pipe_: unknown, factory = protocol, options: unknown = {}) =>
      connectWritePipe(factory, pipe_ as WritablePipe, options as ConnectPipeOptions),
  ],
] as const)('%s', (_, connectPipe) => {
  // gh-71019
  it.each(['file', '.'])('refuses a regular file or a directory (%s) and leaves it open', async (name) => {
    const fd = openSync(scratch.join(name), 'r');
    await expect(connectPipe(fd)).rejects.toBeInstanceOf(ValueError);
    expect(fstatSync(fd)).toBeDefined();
    closeSync(fd);
    const handle = await open(scratch.join(name), 'r');
    await expect(connectPipe(handle)).rejects.toBeInstanceOf(ValueError);
    expect(handle.fd).toBeGreaterThan(0);
    await handle.close();
  });

  it.each([-1, 1.5, '5', null, undefined, {}, { fd: -1 }, { fd: 0 }])('refuses %p', async (nothing) => {
    await expect(connectPipe(nothing)).rejects.toThrow(TypeError);
  });

  it('rejects a descriptor that is not open', async () => {
    await expect(connectPipe(999)).rejects.toMatchObject({ code: 'EBADF' });
  });

  it('refuses an object whose descriptor cannot be opened once more, and leaves it alone', async () => {
    const [ours, peer] = await socketPair();
    const { fd } = (ours as unknown as { _handle: { fd: number } })._handle;
    const close = jest.fn(() => Promise.resolve());
    await expect(connectPipe({ fd, close })).rejects.toMatchObject({ name: 'ValueError', cause: { code: 'ENXIO' } });
    expect(close).not.toHaveBeenCalled();
    ours.destroy();
    peer.destroy();
  });

  it('rejects with the code of the system when the object cannot be closed, and closes what it opened', async () => {
    const fd = openSync('/dev/null', 'r+');
    const before = openFds();
    const close = (): Promise<void> => Promise.reject(Object.assign(new Error('bad'), { code: 'EIO' }));
    await expect(connectPipe({ fd, close })).rejects.toMatchObject({ name: 'SubprocessError', code: 'EIO' });
    // A thread of Node's pool closes it.
    for (let turn = 0; turn < 1_000 && openFds() !== before; turn += 1) {
      await settle(1);
    }
    expect(openFds()).toBe(before);
    closeSync(fd);
  });

  it('rejects a socket that is already closed, instead of waiting for ever', async () => {
    const [ours, peer] = await socketPair();
    ours.destroy();
    peer.destroy();
    await expect(connectPipe(ours)).rejects.toBeInstanceOf(ValueError);
  });

  it.each([{ onCallbackErorr: () => undefined }, { onCallbackError: 5 }, null])(
    'refuses %p as options, before it calls the factory',
    async (options) => {
      const factory = jest.fn(protocol);
      await expect(connectPipe(999, factory, options)).rejects.toThrow(TypeError);
      expect(factory).not.toHaveBeenCalled();
    },
  );

  it('leaves the pipe alone when the factory throws', async () => {
    const [reader, writer] = pipe();
    const mine = new Error('mine');
    const failing = (): RecordingPipeProtocol => {
      throw mine;
    };
    await expect(connectPipe(reader, failing)).rejects.toBe(mine);
    expect(fstatSync(reader)).toBeDefined();
    closeSync(reader);
    closeSync(writer);
  });
});
