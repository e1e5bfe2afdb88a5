/** What the helper programs share. They use the built package, as a user would. */
import { Buffer } from 'node:buffer';
import { readdirSync, readlinkSync } from 'node:fs';
import { posixBackend } from '@subwire/posix';
import { subprocessExec, SubprocessProtocol } from '@subwire/transport';

export class Plain extends SubprocessProtocol {
  text = '';
  constructor() {
    super();
    this.ended = new Promise((resolve) => {
      this.onEnd = resolve;
    });
  }
  connectionMade(transport) {
    this.transport = transport;
  }
  pipeDataReceived(_fd, data) {
    this.text += Buffer.from(data).toString('latin1');
  }
  connectionLost() {
    this.onEnd();
  }
}

export async function start(protocol, program, args = [], options = {}) {
  await subprocessExec(() => protocol, program, args, { backend: posixBackend, ...options });
  return protocol;
}

export async function run(program, args = [], options = {}) {
  const protocol = await start(new Plain(), program, args, options);
  await protocol.ended;
  return [protocol.transport.getReturncode(), protocol.text];
}

/** The open descriptors, but for the listing's own and the selector's. */
export function openFds() {
  const fds = [];
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      fds.push(`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`);
    } catch {
      // The listing's own.
      continue;
    }
  }
  return fds.sort();
}
