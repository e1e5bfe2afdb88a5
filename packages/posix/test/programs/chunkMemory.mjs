/** Prints how many of the pages that chunks stood in were new ones, in percent, and the MiB that stay resident. */
import console from 'node:console';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { Plain, start } from './common.mjs';

const MIB = 1_048_576;
const TOTAL = 600;

class Counting extends Plain {
  bytes = 0;
  pipeDataReceived(_fd, data) {
    this.bytes += data.length;
  }
}

async function pass(mebibytes) {
  const protocol = await start(new Counting(), 'head', ['-c', String(mebibytes * MIB), '/dev/zero']);
  await protocol.ended;
  if (protocol.bytes !== mebibytes * MIB) throw new Error(`${protocol.bytes} bytes`);
}

// What is loaded and compiled at first needs pages too.
await pass(50);
const before = process.resourceUsage().minorPageFault;
await pass(TOTAL);
const faults = process.resourceUsage().minorPageFault - before;
// What is freed is freed on another thread.
for (let turn = 0; turn < 3; turn += 1) {
  globalThis.gc();
  await delay(50);
}
console.log(Math.round((faults * 4_096 * 100) / (TOTAL * MIB)), Math.round(process.memoryUsage.rss() / MIB));
