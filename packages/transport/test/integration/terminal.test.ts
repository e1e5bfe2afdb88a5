/** Transports over a pseudo-terminal, which script(1) of util-linux provides. */
import { describe, expect, it } from '@jest/globals';
import { PIPE } from '../../src/contract/stdio.js';
import { bytes } from '../helpers/bytes.js';
import { exec, programPath, type RealChild } from '../helpers/realChild.js';

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
    expect(protocol.text(3).split('\n').slice(2).sort()).toEqual(['', 'read lost null', 'write lost EPIPE']);
  });
});
