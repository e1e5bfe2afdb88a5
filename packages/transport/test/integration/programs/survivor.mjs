// Does everything that makes Node emit errors on pipes nobody listens to, and lives on.
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { TextEncoder } from 'node:util';
import { subprocessExec, subprocessShell, SubprocessProtocol } from '../../../dist/index.js';

class Ended extends SubprocessProtocol {
  constructor() {
    super();
    this.over = new Promise((resolve) => {
      this.connectionLost = resolve;
    });
  }
}

// EPIPE: one byte, and one mebibyte, into children that read nothing.
for (let turn = 0; turn < 100; turn += 1) {
  const [transport, protocol] = await subprocessExec(() => new Ended(), '/bin/true');
  const stdin = transport.getPipeTransport(0);
  for (let byte = 0; byte < 10; byte += 1) {
    stdin.write(new Uint8Array(turn % 10 === 0 ? 100_000 : 1));
    await null;
  }
  if (turn % 3 === 0) {
    await delay(turn % 7);
    stdin.write(new Uint8Array(1));
  }
  await protocol.over;
  stdin.write(new Uint8Array(1));
}

// ECONNRESET: the child leaves input unread (X20).
for (let turn = 0; turn < 20; turn += 1) {
  const [transport, protocol] = await subprocessShell(() => new Ended(), 'read x; exit 0');
  transport.getPipeTransport(0).write(new TextEncoder().encode('\nand more that is not read'));
  await protocol.over;
}

// Our reading ends go away in the middle of the output.
for (let turn = 0; turn < 20; turn += 1) {
  const [transport, protocol] = await subprocessShell(() => new Ended(), 'yes 2>&1');
  transport.getPipeTransport(1).close();
  transport.getPipeTransport(2).close();
  await protocol.over;
}

// Children that cannot be started, and nobody who listens to the handle below.
for (let turn = 0; turn < 20; turn += 1) {
  await subprocessExec(() => new Ended(), '/no/such').catch(() => null);
}
process.stdout.write('alive');
