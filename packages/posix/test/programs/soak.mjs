/** Spawns many children and prints what is left of them. */
import process from 'node:process';
import console from 'node:console';
import { performance } from 'node:perf_hooks';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openFds, run } from './common.mjs';

const total = Number(process.argv[2]);
const atOnce = 16;
const zombies = () =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === process.pid;
    } catch {
      // Gone meanwhile.
      return false;
    }
  }).length;
async function round(count) {
  let left = count;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) {
        if (left % 5 === 0) await run('/no/such/program').catch(() => undefined);
        else await run('/bin/true');
      }
    }),
  );
  await delay(200);
  globalThis.gc();
  await delay(50);
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
await round(Math.min(1_000, total));
const fds = openFds();
const newFds = () => openFds().filter((fd) => !fds.includes(fd));
const first = await round(total / 2);
const second = await round(total / 2);
// A further start thread, made because a call took long on a busy machine, ends after a while.
const end = performance.now() + 20_000;
while (newFds().length > 0 && performance.now() < end) await delay(100);
console.log(newFds().length === 0 ? 'no descriptor' : `descriptors ${newFds().join()}`);
console.log(`${zombies()} children`);
const perSpawn = (second - first) / (total / 2);
// A few spawns tell little: the engine itself still takes memory.
console.log(perSpawn < 64 || second - first < 300_000 ? 'no memory' : `${perSpawn} bytes per spawn`);
