/** Transports over pseudo-terminals, which script(1) of util-linux and Python provide. */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { connectReadPipe, connectWritePipe } from '../../src/connectPipe.js';
import { ValueError } from '../../src/contract/errors.js';
import { PIPE } from '../../src/contract/stdio.js';
import { bytes } from '../helpers/bytes.js';
import { exec, openFds, programPath, type RealChild } from '../helpers/realChild.js';
import { RecordingPipeProtocol } from '../helpers/recordingProtocol.js';

const onLinux = process.platform === 'linux' ? it : it.skip;

/** Starts the program on a terminal, and returns when it reads it. */
async function onTerminal(): Promise<RealChild> {
  const command = `exec '${process.execPath}' '${programPath('terminal.mjs')}'`;
  const child = await exec('script', ['-qec', command, '/dev/null'], { extraFds: { 3: PIPE } });
  const { protocol } = child;
  await protocol.log.until(() => protocol.text(3) === 'write made\nread made\n');
  return child;
}

describe('a terminal', () => {
  // test_bidirectional_pty, test_read_pty_output, test_write_pty
  onLinux('is read and written through two descriptors at the same time', async () => {
    const { protocol, transport } = await onTerminal();
    for (const line of ['one', 'two']) {
      transport.getPipeTransport(0)?.write(bytes(`${line}\n`));
      await protocol.log.until(() => protocol.text(1).includes(line.toUpperCase()));
    }
    transport.getPipeTransport(0)?.write(bytes('bye\n'));
    await protocol.lost;
    expect(transport.getReturncode()).toBe(0);
    expect(protocol.text(3).split('\n').slice(2).sort()).toEqual(['', 'read lost null', 'write lost null']);
  });

  // X11
  onLinux('that goes away loses both transports, and crashes nobody', async () => {
    const { protocol, transport } = await onTerminal();
    transport.kill();
    await protocol.lost;
    expect(protocol.text(3).split('\n').slice(2).sort()).toEqual(['', 'read lost null', 'write lost EIO']);
  });
});

/** Makes a pseudo-terminal, tells the name of its slave, and on a line reads the master until nobody has the slave open. */
const MASTER = `
import os, pty, sys
master, slave = pty.openpty()
print(os.ttyname(slave), flush=True)
sys.stdin.readline()
os.close(slave)
seen = b''
try:
    while True:
        data = os.read(master, 1000)
        if not data: break
        seen += data
except OSError as error:
    print(error.errno, flush=True)
print(seen, flush=True)
`;

/** Starts a master, and returns it with the name of its slave. */
async function master(): Promise<RealChild & { readonly name: string }> {
  const child = await exec('python3', ['-c', MASTER]);
  await child.protocol.untilText(1, '\n');
  return { ...child, name: child.protocol.text(1).trim() };
}

const openSlave = (name: string): number => openSync(name, constants.O_RDWR | constants.O_NOCTTY);

describe('the slave of a pseudo-terminal', () => {
  onLinux.each([
    ['a number', openSlave],
    ['a FileHandle', (name: string) => open(name, constants.O_RDWR | constants.O_NOCTTY)],
  ] as const)('that is given as %s is closed after the loss, and its master sees that', async (_, openIt) => {
    const { protocol, transport, name } = await master();
    const before = openFds().length;
    const [writer, written] = await connectWritePipe(() => new RecordingPipeProtocol(), await openIt(name));
    const [reader, read] = await connectReadPipe(() => new RecordingPipeProtocol(), await openIt(name));
    writer.write(bytes('hello'));
    writer.close();
    reader.close();
    await Promise.all([written.lost, read.lost]);
    expect([written.lines, read.lines]).toEqual([
      ['made', 'lost'],
      ['made', 'lost'],
    ]);
    expect(openFds()).toHaveLength(before);
    transport.getPipeTransport(0)?.write(bytes('\n'));
    await protocol.lost;
    // EIO is how a master learns it.
    expect(protocol.text(1)).toBe(`${name}\n5\nb'hello'\n`);
  });

  onLinux('of a master that is gone is refused with the code of the system', async () => {
    const { protocol, transport, name } = await master();
    const slave = openSlave(name);
    const handle = await open(name, constants.O_RDWR | constants.O_NOCTTY);
    transport.kill();
    await protocol.lost;
    await expect(connectReadPipe(() => new RecordingPipeProtocol(), handle)).rejects.toBeInstanceOf(ValueError);
    await handle.close();
    closeSync(slave);
  });
});

describe('the master of a pseudo-terminal', () => {
  onLinux('is refused as a FileHandle, since opening it once more makes another terminal', async () => {
    const handle = await open('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
    await expect(connectReadPipe(() => new RecordingPipeProtocol(), handle)).rejects.toBeInstanceOf(ValueError);
    await handle.close();
  });

  onLinux('is closed once when it is given as a number', async () => {
    const fd = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
    const [transport, recording] = await connectReadPipe(() => new RecordingPipeProtocol(), fd);
    transport.close();
    await recording.lost;
    expect(() => fstatSync(fd)).toThrow('EBADF');
  });
});
