/** Spawns with k free descriptors, k = 0 … 12, and prints what is lost. */
import console from 'node:console';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openFds, run } from './common.mjs';

// The thread that starts children has descriptors of its own; it comes with the second program.
await run('/bin/true');
await run('/bin/date');
await delay(100);
const before = openFds().join();
const outcomes = [];
for (let free = 0; free <= 12; free += 1) {
  const filler = [];
  try {
    for (;;) filler.push(openSync('/dev/null', 'r'));
  } catch (full) {
    if (full.code !== 'EMFILE') throw full;
  }
  filler.splice(0, free).forEach(closeSync);
  try {
    outcomes.push((await run('/bin/true'))[0]);
  } catch (error) {
    outcomes.push(`${error.name} ${error.code} ${error.stage}`);
  }
  filler.forEach(closeSync);
  await delay(60);
  if (openFds().join() !== before) outcomes.push(`leak at ${free}: ${openFds().join()} instead of ${before}`);
}
console.log(outcomes.join('\n'));
