/**
 * Prints whether a child that asked for a signal at the death of its parent outlives the pause after which idle threads end,
 * and whether a thread without children ends then.
 */
import console from 'node:console';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Plain, run, start } from './common.mjs';

const threads = () => readdirSync('/proc/self/task').length;
await run('/bin/true');
const without = threads();
const child = await start(new Plain(), '/usr/bin/setpriv', ['--pdeathsig', 'KILL', '/bin/sleep', '60']);
const number = child.transport.getPid();
const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${number}/status`, 'utf8'));
console.log(parent === null ? 'no parent' : threads() > without ? 'by a thread' : 'by the main thread');
await delay(6_500);
console.log(child.transport.getReturncode() === null ? 'lives' : `ended with ${child.transport.getReturncode()}`);
child.transport.kill();
await child.ended;
console.log(child.transport.getReturncode());
await delay(6_500);
console.log(threads() === without ? 'the thread has ended' : `${threads()} threads instead of ${without}`);
