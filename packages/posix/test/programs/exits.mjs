/** The ends of children, for a run under strace that takes system calls away. */
import console from 'node:console';
import { run, start, Plain } from './common.mjs';

console.log((await run('/bin/sh', ['-c', 'exit 3']))[0]);
const sleeper = await start(new Plain(), '/bin/sleep', ['20'], { startNewSession: true });
sleeper.transport.sendSignal('SIGTERM', 'group');
await sleeper.ended;
console.log(sleeper.transport.getReturncode());
const results = await Promise.all(Array.from({ length: 20 }, () => run('/bin/true')));
console.log(results.every(([code]) => code === 0));
