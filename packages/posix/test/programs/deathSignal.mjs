/**
 * Prints whether a child that asked for a signal at the death of its parent outlives the pause after which idle threads end,
 * and whether the thread ends when it has no children any more.
 */
import console from 'node:console';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';
import { children, Plain, run, start } from './common.mjs';

const IDLE_MS = 5_000;

const threadEnded = new Promise((resolve) => {
  process.once('worker', (worker) => worker.once('exit', () => resolve('the thread has ended')));
});
await run('/bin/true');
const child = await start(new Plain(), '/usr/bin/setpriv', ['--pdeathsig', 'KILL', '/bin/sleep', '60']);
const { thread } = children().find(({ pid }) => pid === child.transport.getPid());
console.log(thread === process.pid ? 'by the main thread' : 'by a thread');
await delay(IDLE_MS + 1_000);
console.log(child.transport.getReturncode() === null ? 'lives' : `ended with ${child.transport.getReturncode()}`);
child.transport.kill();
await child.ended;
console.log(child.transport.getReturncode());
// The thread keeps nobody waiting, so somebody else has to.
const waiting = setInterval(() => undefined, 1_000);
console.log(await threadEnded);
clearInterval(waiting);
