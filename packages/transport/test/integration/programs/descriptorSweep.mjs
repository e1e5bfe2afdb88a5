// Starts a child with every number of free descriptors from 0 to 20, and reports what came of it and what leaked.
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import { setImmediate } from 'node:timers';
import { DEVNULL, STDOUT, subprocessExec, SubprocessProtocol } from '../../../dist/index.js';

const SHAPES = {
  pipes: {},
  merged: { stderr: STDOUT },
  mixed: { stdin: DEVNULL, stderr: DEVNULL },
  extra: { extraFds: { 3: DEVNULL, 4: DEVNULL, 5: -1 } },
  swapped: { stdout: 2, stderr: 1 },
  high: { extraFds: { 40: -1, 20: 0 } },
  beyond: { extraFds: { 100: -1 } },
  none: { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL },
};

class Ended extends SubprocessProtocol {
  constructor() {
    super();
    this.over = new Promise((resolve) => {
      this.connectionLost = resolve;
    });
  }
}

async function start(options) {
  try {
    const [transport, protocol] = await subprocessExec(() => new Ended(), '/bin/true', [], options);
    transport.getPipeTransport(0)?.close();
    await protocol.over;
    return transport.getReturncode() === 0 ? 'ran' : 'failed to run';
  } catch (thrown) {
    return `${thrown.name} ${thrown.code} ${thrown.stage}`;
  }
}

// `readdir` needs a descriptor itself, so one of the fillers makes way for it.
function listFds(fillers) {
  closeSync(fillers.pop());
  const fds = readdirSync('/proc/self/fd');
  const list = fds.flatMap((fd) => {
    try {
      return [`${fd}:${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch {
      return []; // the listing's own
    }
  });
  fillers.push(openSync('/dev/null', 'r'));
  return list.join();
}

function fill() {
  const fillers = [];
  for (;;) {
    try {
      fillers.push(openSync('/dev/null', 'r'));
    } catch {
      return fillers; // full
    }
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
process.stdout.write('');
const report = [];
for (const [name, options] of Object.entries(SHAPES)) {
  await start(options); // what the first child makes for good is made
  for (let free = 0; free <= 20; free += 1) {
    const fillers = fill();
    const before = listFds(fillers);
    for (const fd of fillers.splice(0, free)) {
      closeSync(fd);
    }
    const outcome = await start(options);
    await turn();
    await turn();
    for (let more = 0; more < free; more += 1) {
      try {
        fillers.unshift(openSync('/dev/null', 'r'));
      } catch {
        report.push(`${name} ${free}: lost ${free - more} descriptors after ${outcome}`);
        break;
      }
    }
    const after = listFds(fillers);
    if (before !== after) {
      report.push(`${name} ${free}: ${outcome}: ${before} became ${after}`);
    }
    report.push(`${name} ${free} ${outcome}`);
    fillers.forEach((fd) => closeSync(fd));
  }
}
process.stdout.write(report.join('\n'));
