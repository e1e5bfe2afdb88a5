/** What the helper programs share. They use the built package, as a user would. */
import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
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

/** How many children of this process have ended and are not reaped. */
function zombies() {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
        return Number(parent) === process.pid && state === 'Z';
      } catch {
        return false;
      }
    }).length;
}

/** Waits a while for the last of them to be reaped; returns how many are left. */
export async function lastingZombies() {
  for (let looks = 0; looks < 40 && zombies() > 0; looks += 1) {
    await delay(50);
  }
  return zombies();
}

/** The children of this process, each with the thread that started it. */
export function children() {
  return readdirSync('/proc/self/task').flatMap((thread) => {
    const pids = readFileSync(`/proc/self/task/${thread}/children`, 'utf8').trim();
    return pids === '' ? [] : pids.split(' ').map((pid) => ({ thread: Number(thread), pid: Number(pid) }));
  });
}

/** Resolves when this process has no child. */
export async function noChildren() {
  while (children().length > 0) await delay(1);
}
