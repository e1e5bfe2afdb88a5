/** Many spawns in one tick. */
import process from 'node:process';
import console from 'node:console';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';
import { Plain, start } from './common.mjs';

const count = Number(process.argv[2]);
let longest = 0;
let last = performance.now();
let running = true;
const look = () => {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
  if (running) setImmediate(look);
};
look();
const children = await Promise.all(Array.from({ length: count }, () => start(new Plain(), '/bin/cat')));
for (const child of children) child.transport.kill();
await Promise.all(children.map((child) => child.ended));
running = false;
const killed = children.filter((child) => child.transport.getReturncode() === -9).length;
console.log(`${killed} killed`);
console.error(`longest turn ${longest.toFixed(0)} ms`);
